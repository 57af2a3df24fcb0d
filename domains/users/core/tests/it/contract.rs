//! What other domains are told of members, in this process and from another.

use crate::house::{House, Person};
use crate::roles::role;
use crate::teams::{add, team};
use kernel::permission::BuiltinRole;
use kernel::{Ctx, Id, UserId};
use serde_json::json;
use testkit::{Stage, both};
use users_contract::{
    MAX_MEMBERS, Members, MembersOf, ResolveMember, ResolveMembers, TeamId, Users, UsersError,
};

both! {
    async fn members_are_the_tenants_own(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        let ctx = house.ctx_of(&ada);
        for users in house.contracts() {
            let member = users.resolve_member(&ctx, ResolveMember { user: ada.user }).await.unwrap();
            assert_eq!((member.email.as_str(), member.role, member.active), ("ada@example.com", BuiltinRole::Owner, true));
            let stranger = users.resolve_member(&ctx, ResolveMember { user: bob.user }).await;
            assert!(matches!(stranger, Err(UsersError::MemberNotFound)), "{stranger:?}");
        }
    }
}

both! {
    async fn a_suspended_member_is_known_but_not_active(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let ctx = house.ctx_of(&ada);
        let unit = house.databases.write(&ctx).await.unwrap();
        let suspend = data::sql!("UPDATE memberships SET state = 'suspended' WHERE tenant_id = $1");
        unit.sql(suspend).exec().await.unwrap();
        unit.commit(()).await.unwrap();
        for users in house.contracts() {
            let member = users.resolve_member(&ctx, ResolveMember { user: ada.user }).await.unwrap();
            assert!(!member.active);
            assert_eq!(all(users, &ctx, MembersOf::Role(BuiltinRole::Owner)).await, []);
        }
    }
}

/// All of them, who are fewer than one page.
async fn all(users: &dyn Users, ctx: &Ctx, of: MembersOf) -> Vec<(UserId, BuiltinRole)> {
    let request = ResolveMembers { of, after: None, limit: MAX_MEMBERS };
    let Members { members, next } = users.resolve_members(ctx, request).await.unwrap();
    assert_eq!(next, None);
    assert!(members.iter().all(|member| member.active && member.email.contains('@')), "{members:?}");
    members.into_iter().map(|member| (member.user, member.role)).collect()
}

/// In the order in which they are told.
fn sorted<const N: usize>(people: [(&Person, BuiltinRole); N]) -> Vec<(UserId, BuiltinRole)> {
    let mut people = people.map(|(person, role)| (person.user, role)).to_vec();
    people.sort_unstable();
    people
}

async fn reports_to(house: &House, by: &Person, who: &Person, to: &Person) {
    let body = json!({ "manager_id": to.membership });
    house.patch(&format!("/members/{}", who.membership), &by.access, "*", body).await.is(200);
}

both! {
    async fn roles_teams_and_managers_stand_for_who_may_act(stage: Stage) {
        use BuiltinRole::{Admin, Member, Owner, Viewer};
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let reads = role(&house, &ada, "Auditor", &["users.audit.read", "users.profile.read"]).await;
        let above = team(&house, &ada, json!({ "name": "Operations", "role_id": reads })).await;
        let above_id = above.trim_start_matches("/teams/");
        let night = json!({ "name": "Night shift", "parent_id": above_id, "role": "admin" });
        let night = team(&house, &ada, night).await;
        let night_id = night.trim_start_matches("/teams/");
        // By the team below and the one above it, by a role of the tenant's own, and by the team above alone.
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "viewer" })).await;
        let eve = house.member(&ada, "eve@example.com", json!({ "role_id": reads })).await;
        let mal = house.member(&ada, "mal@example.com", json!({ "role": "member" })).await;
        add(&house, &ada, &night, &bob).await.is(201);
        add(&house, &ada, &above, &mal).await.is(201);
        reports_to(&house, &ada, &bob, &ada).await;
        reports_to(&house, &ada, &eve, &bob).await;
        // Who looks alike in the tenant beside it is nobody's business here.
        let nick = house.owner("nick@example.com").await;
        let of_nick = house.member(&nick, "norah@example.com", json!({ "role": "member" })).await;
        reports_to(&house, &nick, &of_nick, &nick).await;

        let (reads, above, night) = (reads.parse().unwrap(), above_id.parse().unwrap(), night_id.parse().unwrap());
        let nowhere: TeamId = Id::new(house.stage.clock.now());
        let ctx = house.ctx_of(&ada);
        for users in house.contracts() {
            let check = async |of: MembersOf, expected: Vec<(UserId, BuiltinRole)>| {
                assert_eq!(all(users, &ctx, of).await, expected, "{of:?}");
            };
            check(MembersOf::Role(Owner), sorted([(&ada, Owner)])).await;
            check(MembersOf::Role(Admin), sorted([(&bob, Admin)])).await;
            check(MembersOf::Role(Member), sorted([(&mal, Member)])).await;
            check(MembersOf::Role(Viewer), sorted([(&bob, Admin)])).await;
            check(MembersOf::CustomRole(reads), sorted([(&bob, Admin), (&eve, Viewer), (&mal, Member)])).await;
            check(MembersOf::Team(above), sorted([(&bob, Admin), (&mal, Member)])).await;
            check(MembersOf::Team(night), sorted([(&bob, Admin)])).await;
            check(MembersOf::ReportsOf(ada.user), sorted([(&bob, Admin)])).await;
            check(MembersOf::ReportsOf(eve.user), vec![]).await;
            check(MembersOf::ManagerOf(eve.user), sorted([(&bob, Admin)])).await;
            check(MembersOf::ManagerOf(ada.user), vec![]).await;
            check(MembersOf::Team(nowhere), vec![]).await;
            check(MembersOf::ReportsOf(nick.user), vec![]).await;
            check(MembersOf::ManagerOf(of_nick.user), vec![]).await;
            let elsewhere = house.ctx_of(&nick);
            for of in [MembersOf::CustomRole(reads), MembersOf::Team(above), MembersOf::ReportsOf(ada.user)] {
                assert_eq!(all(users, &elsewhere, of).await, [], "{of:?}");
            }
        }

        house.post(&format!("/members/{}/suspend", bob.membership), Some(&ada.access), json!({})).await.is(200);
        for users in house.contracts() {
            assert_eq!(all(users, &ctx, MembersOf::Role(Admin)).await, []);
            assert_eq!(all(users, &ctx, MembersOf::Team(above)).await, sorted([(&mal, Member)]));
            assert_eq!(all(users, &ctx, MembersOf::ManagerOf(eve.user)).await, []);
        }
    }
}

both! {
    async fn members_come_in_pages(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let night = team(&house, &ada, json!({ "name": "Night shift" })).await;
        let mut expected = Vec::new();
        for name in ["bob", "eve", "mal"] {
            let member = house.member(&ada, &format!("{name}@example.com"), json!({ "role": "member" })).await;
            add(&house, &ada, &night, &member).await.is(201);
            expected.push(member.user);
        }
        expected.sort_unstable();
        let ctx = house.ctx_of(&ada);
        let team = MembersOf::Team(night.trim_start_matches("/teams/").parse().unwrap());
        for users in house.contracts() {
            for of in [team, MembersOf::Role(BuiltinRole::Member)] {
                for (limit, pages) in [(0, 3), (1, 3), (2, 2), (3, 1), (u16::MAX, 1)] {
                    let (mut found, mut after, mut asked) = (Vec::new(), None, 0);
                    loop {
                        let request = ResolveMembers { of, after, limit };
                        let page = users.resolve_members(&ctx, request).await.unwrap();
                        assert!(page.members.len() <= usize::from(limit.max(1)), "{page:?}");
                        found.extend(page.members.iter().map(|member| member.user));
                        (after, asked) = (page.next, asked + 1);
                        if after.is_none() {
                            break;
                        }
                    }
                    assert_eq!((found, asked), (expected.clone(), pages), "{of:?} by {limit}");
                }
            }
        }
    }
}
