//! Members: what they may be made, by whom, and that what ends for them has ended.

use crate::house::{House, Person};
use serde_json::json;
use testkit::{Stage, both};

async fn version(house: &House, by: &Person, of: &Person) -> String {
    let reply = house.get(&format!("/members/{}", of.membership), &by.access).await.is(200);
    reply.headers.get("etag").expect("a tag").to_str().expect("text").to_owned()
}

async fn give(house: &House, by: &Person, to: &Person, role: &str) -> crate::house::Reply {
    let tag = version(house, by, to).await;
    house.patch(&format!("/members/{}", to.membership), &by.access, &tag, json!({ "role": role })).await
}

async fn step(house: &House, by: &Person, of: &Person, verb: &str) -> crate::house::Reply {
    house.post(&format!("/members/{}/{verb}", of.membership), Some(&by.access), json!({})).await
}

both! {
    async fn a_role_is_felt_on_the_next_request(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "viewer" })).await;
        house.get("/api-keys", &bob.access).await.problem(403, "forbidden");
        give(&house, &ada, &bob, "admin").await.is(200);
        house.get("/api-keys", &bob.access).await.is(200);
        let me = house.get("/me", &bob.access).await.is(200);
        assert_eq!((me.at("/role"), me.at("/role_id")), ("admin".to_owned(), "null".to_owned()));
        give(&house, &ada, &bob, "viewer").await.is(200);
        house.get("/api-keys", &bob.access).await.problem(403, "forbidden");
    }
}

both! {
    async fn nobody_gives_what_they_lack_or_takes_from_who_has_more(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "admin" })).await;
        let eve = house.member(&ada, "eve@example.com", json!({ "role": "member" })).await;
        give(&house, &bob, &bob, "owner").await.problem(403, "users.grant_too_wide");
        give(&house, &bob, &eve, "owner").await.problem(403, "users.grant_too_wide");
        give(&house, &bob, &ada, "viewer").await.problem(403, "users.grant_too_wide");
        step(&house, &bob, &ada, "suspend").await.problem(403, "users.grant_too_wide");
        step(&house, &bob, &ada, "remove").await.problem(403, "users.grant_too_wide");
        let invited = json!({ "email": "mal@example.com", "role": "owner" });
        house.post("/invitations", Some(&bob.access), invited).await.problem(403, "users.grant_too_wide");
        give(&house, &bob, &eve, "admin").await.is(200);
        step(&house, &bob, &eve, "suspend").await.is(200);
    }
}

both! {
    async fn a_tenant_keeps_an_owner(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        give(&house, &ada, &ada, "admin").await.problem(409, "users.last_owner");
        step(&house, &ada, &ada, "suspend").await.problem(409, "users.last_owner");
        step(&house, &ada, &ada, "remove").await.problem(409, "users.last_owner");
        house.post("/me/leave", Some(&ada.access), json!({})).await.problem(409, "users.last_owner");
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "owner" })).await;
        // A suspended owner is none that counts.
        step(&house, &ada, &bob, "suspend").await.is(200);
        house.post("/me/leave", Some(&ada.access), json!({})).await.problem(409, "users.last_owner");
        step(&house, &ada, &bob, "resume").await.is(200);
        house.post("/me/leave", Some(&ada.access), json!({})).await.is(204);
        house.get("/me", &ada.access).await.is(401);
        house.post("/me/leave", Some(&bob.access), json!({})).await.problem(409, "users.last_owner");
    }
}

both! {
    async fn of_two_owners_who_leave_at_once_one_stays(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "owner" })).await;
        let leave = |who: &Person| {
            let access = who.access.clone();
            let house = &house;
            async move { house.post("/me/leave", Some(&access), json!({})).await.status }
        };
        let mut told = [leave(&ada), leave(&bob)].map(Box::pin);
        let [first, second] = &mut told;
        let mut told = <[u16; 2]>::from(futures::future::join(first, second).await);
        told.sort_unstable();
        assert_eq!(told, [204, 409]);
    }
}

both! {
    async fn who_is_suspended_waits_and_who_is_removed_begins_anew(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "admin" })).await;
        let key = house.post("/api-keys", Some(&bob.access), json!({ "name": "k" })).await.is(201).at("/secret");

        step(&house, &ada, &bob, "resume").await.problem(409, "users.member_state");
        let suspended = step(&house, &ada, &bob, "suspend").await.is(200);
        assert_eq!(suspended.at("/state"), "suspended");
        step(&house, &ada, &bob, "suspend").await.problem(409, "users.member_state");
        for credential in [&bob.access, &key] {
            house.get("/tenant", credential).await.is(401);
        }
        house.sign_in("bob@example.com", crate::house::PASSWORD).await.problem(403, "users.no_membership");
        step(&house, &ada, &bob, "resume").await.is(200);
        for credential in [&bob.access, &key] {
            house.get("/tenant", credential).await.is(200);
        }

        assert_eq!(step(&house, &ada, &bob, "remove").await.is(200).at("/state"), "removed");
        for verb in ["suspend", "resume", "remove"] {
            step(&house, &ada, &bob, verb).await.problem(409, "users.member_state");
        }
        give(&house, &ada, &bob, "viewer").await.problem(409, "users.member_state");
        let back = house.member(&ada, "bob@example.com", json!({ "role": "viewer" })).await;
        assert_eq!(back.membership, bob.membership);
        assert_eq!(house.get("/me", &back.access).await.is(200).at("/role"), "viewer");
        for credential in [&bob.access, &key] {
            house.get("/tenant", credential).await.is(401);
        }
        let refresh = house.post("/refresh", None, json!({ "refresh_token": bob.refresh })).await;
        refresh.problem(401, "users.refresh_refused");
    }
}

both! {
    async fn managers_stand_in_no_circle(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "member" })).await;
        let eve = house.member(&ada, "eve@example.com", json!({ "role": "member" })).await;
        let neighbour = house.owner("nick@example.com").await;
        let report = |who: &Person, to: serde_json::Value| {
            let (house, ada, path) = (&house, &ada, format!("/members/{}", who.membership));
            async move { house.patch(&path, &ada.access, "*", json!({ "manager_id": to })).await }
        };
        assert_eq!(report(&bob, json!(ada.membership)).await.is(200).at("/manager_id"), ada.membership);
        report(&eve, json!(bob.membership)).await.is(200);
        for (who, to, code) in [
            (&ada, &eve.membership, "circle"),
            (&ada, &ada.membership, "circle"),
            (&ada, &neighbour.membership, "unknown_member"),
        ] {
            let refused = report(who, json!(to)).await.problem(422, "invalid");
            assert_eq!((refused.at("/errors/0/pointer"), refused.at("/errors/0/code")), ("/manager_id".to_owned(), code.to_owned()));
        }
        let reports = house.get(&format!("/members?manager_id={}", bob.membership), &ada.access).await.is(200);
        assert_eq!(reports.at("/data/0/id"), eve.membership);
        step(&house, &ada, &bob, "remove").await.is(200);
        let orphan = house.get(&format!("/members/{}", eve.membership), &ada.access).await.is(200);
        assert_eq!(orphan.at("/manager_id"), "null");
        report(&eve, json!(bob.membership)).await.problem(422, "invalid");
        report(&bob, json!(null)).await.is(200);
    }
}

both! {
    async fn a_session_moves_to_another_tenant(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        house.member(&ada, "bob@example.com", json!({ "role": "viewer" })).await;
        let me = house.get("/me", &bob.access).await.is(200);
        let tenants: Vec<String> = [0, 1].map(|at| me.at(&format!("/tenants/{at}/id"))).to_vec();
        assert_eq!(tenants, [bob.tenant.to_string(), ada.tenant.to_string()]);
        let key = house.post("/api-keys", Some(&bob.access), json!({ "name": "k" })).await.is(201).at("/secret");
        assert_eq!(house.get("/me", &key).await.is(200).json()["tenants"], json!([]));

        let to = |tenant: &str| json!({ "tenant_id": tenant });
        let nowhere = "01890000-0000-7000-8000-000000000000";
        house.post("/sessions/switch", Some(&bob.access), to(nowhere)).await.problem(404, "users.tenant_not_found");
        house.post("/sessions/switch", Some(&key), to(&tenants[1])).await.problem(403, "users.session_required");
        house.post("/sessions/switch", Some(&ada.access), to(&tenants[0])).await.problem(404, "users.tenant_not_found");
        let moved = house.post("/sessions/switch", Some(&bob.access), to(&tenants[1])).await.is(200);
        let moved = house.person(&moved).await;
        assert_eq!((moved.tenant, moved.user), (ada.tenant, bob.user));
        assert_eq!(house.get("/me", &moved.access).await.is(200).at("/role"), "viewer");
        house.get("/me", &bob.access).await.is(401);
        let refresh = house.post("/refresh", None, json!({ "refresh_token": bob.refresh })).await;
        refresh.problem(401, "users.refresh_refused");
    }
}
