//! Which permissions there are, and why a member has one or lacks it.

use crate::house::{House, Person, Reply};
use crate::platform::Desk;
use crate::roles::{faults, role};
use crate::teams::{add, team};
use serde_json::{Value, json};
use testkit::{Stage, both};

async fn ask(house: &House, bearer: &str, body: Value) -> Reply {
    house.post("/authorization/explain", Some(bearer), body).await
}

async fn about(house: &House, by: &Person, who: &Person, permission: &str) -> Reply {
    ask(house, &by.access, json!({ "permission": permission, "member_id": who.membership })).await
}

both! {
    async fn every_role_is_told_and_whether_it_grants(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "viewer" })).await;
        let reads = role(&house, &ada, "Auditor", &["users.audit.read"]).await;
        let above = team(&house, &ada, json!({ "name": "Operations", "role_id": reads })).await;
        let above_id = above.trim_start_matches("/teams/");
        let night = json!({ "name": "Night shift", "parent_id": above_id, "role": "member" });
        let night = team(&house, &ada, night).await;
        let night_id = night.trim_start_matches("/teams/");
        add(&house, &ada, &night, &bob).await.is(201);
        let written = house.messages("users.append_audit_entry").await.len();

        let told = about(&house, &ada, &bob, "users.audit.read").await.is(200).json();
        let expected = json!({
            "permission": "users.audit.read", "allowed": true, "member_id": bob.membership, "state": "active",
            "sources": [
                {
                    "kind": "role", "role": "viewer", "role_id": null,
                    "team_id": null, "team_name": null, "grants": false,
                },
                {
                    "kind": "team", "role": "member", "role_id": null,
                    "team_id": night_id, "team_name": "Night shift", "grants": false,
                },
                {
                    "kind": "team", "role": "custom", "role_id": reads,
                    "team_id": above_id, "team_name": "Operations", "grants": true,
                },
            ],
            "reason": "The team Operations grants it.",
        });
        assert_eq!(told, expected);
        let own = ask(&house, &bob.access, json!({ "permission": "users.audit.read" })).await.is(200);
        assert_eq!(own.json(), expected);
        let told = about(&house, &bob, &ada, "users.tenant.write").await.is(200);
        assert_eq!((told.at("/allowed").as_str(), told.at("/sources/0/role").as_str()), ("true", "owner"));
        assert_eq!(told.at("/reason"), "The member's own role grants it.");
        let told = about(&house, &ada, &bob, "users.tenant.write").await.is(200);
        assert_eq!(told.at("/allowed"), "false");
        assert_eq!(told.at("/reason"), "Neither the member's own role nor a team of theirs grants it.");
        assert_eq!(house.messages("users.append_audit_entry").await.len(), written, "it wrote something");
    }
}

both! {
    async fn what_is_told_is_what_holds(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "viewer" })).await;
        let night = team(&house, &ada, json!({ "name": "Night shift", "role": "admin" })).await;
        let needs = [("/audit-entries", "users.audit.read"), ("/members", "users.members.read")];
        for (path, permission) in needs {
            let told = about(&house, &ada, &bob, permission).await.is(200).json()["allowed"].clone();
            assert_eq!(told, house.get(path, &bob.access).await.status == 200, "{permission}");
        }
        add(&house, &ada, &night, &bob).await.is(201);
        house.get("/audit-entries", &bob.access).await.is(200);
        assert_eq!(about(&house, &ada, &bob, "users.audit.read").await.is(200).at("/allowed"), "true");
        for (verb, state) in [("suspend", "suspended"), ("resume", "active"), ("remove", "removed")] {
            let step = format!("/members/{}/{verb}", bob.membership);
            house.post(&step, Some(&ada.access), json!({})).await.is(200);
            let told = about(&house, &ada, &bob, "users.members.read").await.is(200);
            assert_eq!(told.at("/state"), state);
            assert_eq!(told.at("/allowed"), (state == "active").to_string());
            assert_eq!(told.at("/reason").contains(state), state != "active", "{}", told.text);
        }
    }
}

both! {
    async fn a_key_is_told_that_it_is_narrower(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let body = json!({ "name": "k", "role": "viewer" });
        let key = house.post("/api-keys", Some(&ada.access), body).await.is(201).at("/secret");
        let told = ask(&house, &key, json!({ "permission": "users.tenant.write" })).await.is(200);
        assert_eq!((told.at("/allowed").as_str(), told.at("/member_id")), ("false", ada.membership.clone()));
        assert!(told.at("/reason").contains("API key"), "{}", told.text);
        assert_eq!(told.at("/sources/0/grants"), "true");
        let told = ask(&house, &key, json!({ "permission": "users.members.read" })).await.is(200);
        assert_eq!(told.at("/allowed"), "true");
        // Of the member, whoever asks.
        let body = json!({ "permission": "users.tenant.write", "member_id": ada.membership });
        assert_eq!(ask(&house, &key, body).await.is(200).at("/allowed"), "true");
    }
}

both! {
    async fn an_operator_is_told_what_they_may_not_through_a_member(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "member" })).await;
        let grant = json!({ "role": "member", "reason": "A wrong total", "minutes": 240 });
        let grant = house.post("/support-grants", Some(&ada.access), grant).await.is(201).at("/id");
        let desk = Desk::of(&house).await;
        let visit = json!({ "grant_id": grant, "member_id": bob.membership, "reason": "Ticket 1815" });
        let visit = desk.post(&format!("/tenants/{}/support-sessions", ada.tenant), visit).await.is(201);
        let token = visit.at("/access_token");
        // So he may do more than the grant goes.
        let promoted = json!({ "role": "admin" });
        house.patch(&format!("/members/{}", bob.membership), &ada.access, "*", promoted).await.is(200);
        for (permission, allowed) in
            [("users.members.read", true), ("users.sessions.end", false), ("users.audit.read", false)]
        {
            let asked = json!({ "permission": permission });
            let told = ask(&house, &token, asked.clone()).await.is(200);
            assert_eq!(told.json()["allowed"], json!(allowed), "{permission}: {}", told.text);
            assert_eq!(told.at("/reason").contains("operator"), !allowed, "{permission}: {}", told.text);
            assert_eq!(told.at("/sources/0/grants"), "true");
            assert_eq!(ask(&house, &bob.access, asked).await.is(200).at("/allowed"), "true", "{permission}");
        }
    }
}

both! {
    async fn what_is_not_there_is_not_explained(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner("ada@example.com").await, house.owner("eve@example.com").await);
        for unknown in ["users.cats.read", "", "users.members"] {
            let refused = ask(&house, &ada.access, json!({ "permission": unknown })).await;
            assert_eq!(faults(&refused.problem(422, "invalid")), ["/permission unknown_permission"]);
        }
        about(&house, &ada, &eve, "users.members.read").await.problem(404, "users.member_not_found");
        let nobody = json!({ "permission": "users.members.read", "member_id": ada.user });
        ask(&house, &ada.access, nobody).await.problem(404, "users.member_not_found");
        ask(&house, &ada.access, json!({ "permission": "users.members.read", "why": 1 })).await.is(400);
    }
}

both! {
    async fn the_permissions_that_there_are_are_shown(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let shown = house.get("/authorization/permissions", &ada.access).await.is(200);
        assert!(shown.headers.contains_key("etag"));
        let all = shown.json()["permissions"].as_array().cloned().unwrap();
        let names: Vec<_> = all.iter().map(|one| one["name"].as_str().unwrap()).collect();
        let of_roles = users::PERMISSIONS.iter().filter(|permission| permission.least_role.is_some());
        assert_eq!(names.len(), of_roles.count());
        assert!(names.is_sorted(), "{names:?}");
        let write = all.iter().find(|one| one["name"] == "users.tenant.write").unwrap();
        assert_eq!(write["least_role"], "owner");
        assert_eq!(write["summary"], "Rename the tenant");
    }
}
