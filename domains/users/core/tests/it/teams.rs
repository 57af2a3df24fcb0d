//! Teams: where they stand, who is in them, and what they hand down.

use crate::house::{House, Person, Reply};
use crate::roles::{faults, logged, role, tag};
use serde_json::{Value, json};
use testkit::{Stage, both};

async fn post(house: &House, by: &Person, path: &str, body: Value) -> Reply {
    house.post(path, Some(&by.access), body).await
}

/// The path of a new one.
pub async fn team(house: &House, by: &Person, body: Value) -> String {
    format!("/teams/{}", post(house, by, "/teams", body).await.is(201).at("/id"))
}

fn id(path: &str) -> &str {
    path.trim_start_matches("/teams/")
}

pub async fn add(house: &House, by: &Person, team: &str, who: &Person) -> Reply {
    post(house, by, &format!("{team}/members"), json!({ "member_id": who.membership })).await
}

async fn take_out(house: &House, by: &Person, team: &str, who: &Person) -> Reply {
    post(house, by, &format!("{team}/members/{}/remove", who.membership), json!({})).await
}

async fn change(house: &House, by: &Person, team: &str, patch: Value) -> Reply {
    house.patch(team, &by.access, "*", patch).await
}

async fn restore(house: &House, by: &Person, team: &str) -> Reply {
    post(house, by, &format!("{team}/restore"), json!({})).await
}

both! {
    async fn a_team_is_made_changed_deleted_and_brought_back(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let above = team(&house, &ada, json!({ "name": "Operations" })).await;
        let body = json!({ "name": " Night shift ", "parent_id": id(&above), "role": "member" });
        let made = post(&house, &ada, "/teams", body).await.is(201);
        let path = format!("/teams/{}", made.at("/id"));
        assert_eq!(made.headers.get("location").unwrap().to_str().unwrap(), format!("/api/v1/users{path}"));
        assert_eq!((tag(&made), made.at("/name").as_str()), ("\"1\"", "Night shift"));
        assert_eq!((made.at("/role").as_str(), made.at("/role_id").as_str()), ("member", "null"));
        assert_eq!(house.get(&path, &ada.access).await.is(200).text, made.text);
        let below = house.get(&format!("/teams?parent_id={}", id(&above)), &ada.access).await.is(200);
        assert_eq!(below.json()["data"], json!([made.json()]));
        let all = house.get("/teams", &ada.access).await.is(200);
        assert_eq!(all.json()["data"].as_array().unwrap().len(), 2);

        let changed = house.patch(&path, &ada.access, "\"1\"", json!({ "name": "Late shift" })).await.is(200);
        assert_eq!((tag(&changed), changed.at("/parent_id").as_str()), ("\"2\"", id(&above)));
        let stale = house.patch(&path, &ada.access, "\"1\"", json!({ "parent_id": null })).await;
        stale.problem(412, "version_mismatch");
        assert_eq!(tag(&change(&house, &ada, &path, json!({})).await.is(200)), "\"2\"");
        let taken = change(&house, &ada, &path, json!({ "name": "Operations" })).await;
        taken.problem(409, "users.team_name_taken");
        let again = json!({ "id": id(&path), "name": "Another" });
        post(&house, &ada, "/teams", again).await.problem(409, "users.team_exists");

        house.delete(&above, &ada.access).await.problem(409, "users.team_has_teams");
        house.delete(&path, &ada.access).await.is(204);
        house.delete(&path, &ada.access).await.problem(404, "users.team_not_found");
        house.get(&path, &ada.access).await.problem(404, "users.team_not_found");
        let gone = house.get(&format!("{path}?include_deleted=true"), &ada.access).await.is(200);
        assert_ne!(gone.at("/deleted_at"), "null");
        let all = house.get("/teams?include_deleted=true", &ada.access).await.is(200);
        assert_eq!(all.json()["data"].as_array().unwrap().len(), 2);

        // What stood above it is gone, so there is no place to come back to.
        house.delete(&above, &ada.access).await.is(204);
        let refused = restore(&house, &ada, &path).await.problem(422, "invalid");
        assert_eq!(faults(&refused), ["/parent_id unknown_team"]);
        restore(&house, &ada, &above).await.is(200);
        let second = team(&house, &ada, json!({ "name": "Late shift" })).await;
        restore(&house, &ada, &path).await.problem(409, "users.team_name_taken");
        house.delete(&second, &ada.access).await.is(204);
        assert_eq!(restore(&house, &ada, &path).await.is(200).at("/name"), "Late shift");
        restore(&house, &ada, &path).await.problem(409, "users.team_not_deleted");

        let actions = ["users.team.create", "users.team.delete", "users.team.restore", "users.team.update"];
        assert_eq!(logged(&house, &ada, id(&path)).await, actions);
        let update = format!("/audit-entries?resource_id={}&action=users.team.update", id(&path));
        let update = house.get(&update, &ada.access).await.is(200);
        assert_eq!(update.at("/data/0/before/name"), "Night shift");
        assert_eq!(update.at("/data/0/after/name"), "Late shift");
    }
}

both! {
    async fn teams_stand_neither_in_a_circle_nor_too_deep(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner("ada@example.com").await, house.owner("eve@example.com").await);
        let mut line = vec![team(&house, &ada, json!({ "name": "Level 0" })).await];
        for level in 1..=8 {
            let body = json!({ "name": format!("Level {level}"), "parent_id": id(&line[level - 1]) });
            line.push(team(&house, &ada, body).await);
        }
        let refused = |reply: Reply, expected: &[&str]| {
            assert_eq!(faults(&reply.problem(422, "invalid")), expected);
        };
        let deeper = json!({ "name": " ", "parent_id": id(&line[8]) });
        refused(post(&house, &ada, "/teams", deeper).await, &["/name blank", "/parent_id too_deep"]);
        let alone = team(&house, &ada, json!({ "name": "Alone" })).await;
        let under = |path: &str| json!({ "parent_id": id(path) });
        // With all that stand below it.
        refused(change(&house, &ada, &line[0], under(&alone)).await, &["/parent_id too_deep"]);
        refused(change(&house, &ada, &line[0], under(&line[8])).await, &["/parent_id circle"]);
        refused(change(&house, &ada, &line[3], under(&line[3])).await, &["/parent_id circle"]);
        refused(change(&house, &ada, &line[3], under(&line[4])).await, &["/parent_id circle"]);
        change(&house, &ada, &line[4], under(&alone)).await.is(200);
        change(&house, &ada, &line[3], under(&line[8])).await.is(200);

        let theirs = team(&house, &eve, json!({ "name": "Level 0" })).await;
        refused(change(&house, &ada, &alone, under(&theirs)).await, &["/parent_id unknown_team"]);
        house.delete(&line[3], &ada.access).await.is(204);
        refused(change(&house, &ada, &alone, under(&line[3])).await, &["/parent_id unknown_team"]);
    }
}

both! {
    async fn two_moves_at_once_make_no_circle(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        for round in 0..5 {
            let one = team(&house, &ada, json!({ "name": format!("One {round}") })).await;
            let other = team(&house, &ada, json!({ "name": format!("Other {round}") })).await;
            let down = change(&house, &ada, &one, json!({ "parent_id": id(&other) }));
            let up = change(&house, &ada, &other, json!({ "parent_id": id(&one) }));
            let (first, second) = futures::future::join(down, up).await;
            let mut outcomes = [first.status, second.status];
            outcomes.sort_unstable();
            assert_eq!(outcomes, [200, 422], "{} {}", first.text, second.text);
        }
    }
}

both! {
    async fn what_teams_hand_down_is_felt_on_the_next_request(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "viewer" })).await;
        let may = async |expected: bool, what: &str| {
            let status = house.get("/audit-entries", &bob.access).await.status;
            assert_eq!(status, if expected { 200 } else { 403 }, "{what}");
        };
        let above = team(&house, &ada, json!({ "name": "Operations", "role": "admin" })).await;
        let night = team(&house, &ada, json!({ "name": "Night shift", "parent_id": id(&above) })).await;
        may(false, "nobody put him into a team").await;
        add(&house, &ada, &night, &bob).await.is(201);
        may(true, "the team above his hands it down").await;
        change(&house, &ada, &night, json!({ "parent_id": null })).await.is(200);
        may(false, "it stands above no more").await;
        change(&house, &ada, &night, json!({ "parent_id": id(&above) })).await.is(200);
        may(true, "it stands above again").await;
        change(&house, &ada, &above, json!({ "role": null })).await.is(200);
        may(false, "it hands down nothing").await;

        let reads = role(&house, &ada, "Auditor", &["users.audit.read"]).await;
        let custom = change(&house, &ada, &night, json!({ "role_id": reads })).await.is(200);
        assert_eq!((custom.at("/role"), custom.at("/role_id")), ("custom".to_owned(), reads.clone()));
        may(true, "his team hands it down by a role of the tenant's own").await;
        let patch = json!({ "permissions": ["users.members.read"] });
        house.patch(&format!("/roles/{reads}"), &ada.access, "*", patch).await.is(200);
        may(false, "the role does not grant it any more").await;
        let builtin = change(&house, &ada, &night, json!({ "role": "admin" })).await.is(200);
        assert_eq!((builtin.at("/role").as_str(), builtin.at("/role_id").as_str()), ("admin", "null"));
        may(true, "one role came in the place of the other").await;
        house.delete(&night, &ada.access).await.is(204);
        may(false, "his team is gone").await;
        restore(&house, &ada, &night).await.is(200);
        may(true, "and is back, with him in it").await;
        let none = change(&house, &ada, &night, json!({ "role": null })).await.is(200);
        assert_eq!((none.at("/role").as_str(), none.at("/role_id").as_str()), ("null", "null"));
        may(false, "it hands down nothing").await;
        change(&house, &ada, &night, json!({ "role": "admin" })).await.is(200);
        may(true, "it does again").await;
        take_out(&house, &ada, &night, &bob).await.is(204);
        may(false, "he is not in it any more").await;
        house.get("/members", &bob.access).await.is(200);
    }
}

both! {
    async fn nobody_hands_down_what_they_lack(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let grace = house.member(&ada, "grace@example.com", json!({ "role": "admin" })).await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "viewer" })).await;
        let too_wide = |reply: Reply| drop(reply.problem(403, "users.grant_too_wide"));
        let owners = team(&house, &ada, json!({ "name": "Owners", "role": "owner" })).await;
        let renames = role(&house, &ada, "Renames", &["users.tenant.write"]).await;
        let hers = team(&house, &grace, json!({ "name": "Hers", "role": "admin" })).await;

        for body in [
            json!({ "name": "New", "role": "owner" }),
            json!({ "name": "New", "role_id": renames }),
            json!({ "name": "New", "parent_id": id(&owners) }),
        ] {
            too_wide(post(&house, &grace, "/teams", body).await);
        }
        for patch in
            [json!({ "role": "owner" }), json!({ "role_id": renames }), json!({ "parent_id": id(&owners) })]
        {
            too_wide(change(&house, &grace, &hers, patch).await);
        }
        add(&house, &grace, &hers, &bob).await.is(201);
        too_wide(add(&house, &grace, &owners, &grace).await);
        too_wide(add(&house, &grace, &owners, &bob).await);

        // Nor does she take it from those who have it.
        add(&house, &ada, &owners, &bob).await.is(201);
        change(&house, &grace, &owners, json!({ "name": "The owners" })).await.is(200);
        too_wide(change(&house, &grace, &owners, json!({ "role": "viewer" })).await);
        too_wide(take_out(&house, &grace, &owners, &bob).await);
        too_wide(house.delete(&owners, &grace.access).await);
        house.delete(&owners, &ada.access).await.is(204);
        too_wide(restore(&house, &grace, &owners).await);
        house.get(&owners, &ada.access).await.problem(404, "users.team_not_found");

        house.get("/teams", &bob.access).await.is(200);
        take_out(&house, &grace, &hers, &bob).await.is(204);
        post(&house, &bob, "/teams", json!({ "name": "His" })).await.problem(403, "forbidden");
    }
}

both! {
    async fn a_team_has_one_role_at_most(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let reads = role(&house, &ada, "Auditor", &["users.audit.read"]).await;
        let refused = |reply: Reply, expected: &str| {
            assert_eq!(faults(&reply.problem(422, "invalid")), [expected]);
        };
        let both = json!({ "name": "Night shift", "role": "admin", "role_id": reads });
        refused(post(&house, &ada, "/teams", both).await, "/role_id ambiguous");
        let path = team(&house, &ada, json!({ "name": "Night shift" })).await;
        let both = json!({ "role": "admin", "role_id": reads });
        refused(change(&house, &ada, &path, both).await, "/role_id ambiguous");
        refused(change(&house, &ada, &path, json!({ "name": null })).await, "/name null");
        let none = change(&house, &ada, &path, json!({ "role_id": id(&path) })).await;
        refused(none, "/role_id unknown_role");
        change(&house, &ada, &path, json!({ "role": "emperor" })).await.is(400);
        assert_eq!(house.get(&path, &ada.access).await.is(200).at("/role"), "null");
    }
}

both! {
    async fn a_member_is_in_a_team_once(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner("ada@example.com").await, house.owner("eve@example.com").await);
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "viewer" })).await;
        let path = team(&house, &ada, json!({ "name": "Night shift", "role": "member" })).await;
        let members = format!("{path}/members");
        let added = add(&house, &ada, &path, &bob).await.is(201);
        assert_eq!(added.at("/team_id"), id(&path));
        assert_eq!(added.at("/member_id"), bob.membership);
        add(&house, &ada, &path, &bob).await.problem(409, "users.already_in_team");
        add(&house, &ada, &path, &ada).await.is(201);
        let list = house.get(&members, &bob.access).await.is(200);
        assert_eq!(list.json()["data"][1], added.json());
        let page = house.get(&format!("{members}?limit=1"), &ada.access).await.is(200);
        assert_eq!(page.at("/data/0/member_id"), ada.membership);
        let next = format!("{members}?limit=1&cursor={}", page.at("/next_cursor"));
        assert_eq!(house.get(&next, &ada.access).await.is(200).at("/data/0/member_id"), bob.membership);

        let refused = add(&house, &ada, &path, &eve).await.problem(422, "invalid");
        assert_eq!(faults(&refused), ["/member_id unknown_member"]);
        add(&house, &eve, &path, &eve).await.problem(404, "users.team_not_found");
        house.get(&members, &eve.access).await.problem(404, "users.team_not_found");
        take_out(&house, &eve, &path, &bob).await.problem(404, "users.team_not_found");
        take_out(&house, &ada, &path, &eve).await.problem(404, "users.team_member_not_found");
        house.get("/teams/nothing/members", &ada.access).await.is(404);
        post(&house, &ada, &format!("{members}/nobody/remove"), json!({})).await.is(404);

        take_out(&house, &ada, &path, &bob).await.is(204);
        take_out(&house, &ada, &path, &bob).await.problem(404, "users.team_member_not_found");
        let again = add(&house, &ada, &path, &bob).await.is(201);
        assert_ne!(again.at("/id"), added.at("/id"));
        let actions = ["users.team_member.add", "users.team_member.remove"];
        assert_eq!(logged(&house, &ada, &added.at("/id")).await, actions);

        // Who leaves the tenant leaves its teams, and comes into none while they are gone.
        post(&house, &ada, &format!("/members/{}/remove", bob.membership), json!({})).await.is(200);
        take_out(&house, &ada, &path, &bob).await.problem(404, "users.team_member_not_found");
        let refused = add(&house, &ada, &path, &bob).await.problem(422, "invalid");
        assert_eq!(faults(&refused), ["/member_id unknown_member"]);
        house.delete(&path, &ada.access).await.is(204);
        add(&house, &ada, &path, &ada).await.problem(404, "users.team_not_found");
        house.get(&members, &ada.access).await.problem(404, "users.team_not_found");
    }
}

both! {
    async fn a_neighbours_team_is_not_there(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner("ada@example.com").await, house.owner("eve@example.com").await);
        let path = team(&house, &ada, json!({ "name": "Night shift", "role": "admin" })).await;
        let missing = |reply: Reply| drop(reply.problem(404, "users.team_not_found"));
        missing(house.get(&path, &eve.access).await);
        missing(house.get(&format!("{path}?include_deleted=true"), &eve.access).await);
        missing(change(&house, &eve, &path, json!({ "name": "Hers" })).await);
        missing(house.delete(&path, &eve.access).await);
        missing(restore(&house, &eve, &path).await);
        assert_eq!(house.get("/teams", &eve.access).await.is(200).json()["data"], json!([]));
        team(&house, &eve, json!({ "id": id(&path), "name": "Night shift" })).await;
        assert_eq!(house.get(&path, &ada.access).await.is(200).at("/role"), "admin");
        assert_eq!(house.get(&path, &eve.access).await.is(200).at("/role"), "null");
    }
}
