//! A grant of support access is given and taken back by who may, and is worth no more than whoever gave it: once they are gone,
//! or may not give it any more, it lets nobody in, what was opened by it is over, and neither comes back with them.

use crate::house::{House, Person};
use crate::platform::{Desk, etag};
use crate::roles::role;
use crate::support_access::{ADA, BOB, entries, granted};
use crate::teams::{add, team};
use chrono::Duration;
use serde_json::{Value, json};
use testkit::{Stage, both, eventually};
use uuid::Uuid;

const GONE: &str = "users.support_granter_gone";
const NOT_GRANTED: &str = "users.support_not_granted";

async fn grant(house: &House, by: &Person, role: &str) -> String {
    let body = json!({ "role": role, "reason": "A wrong total", "minutes": 240 });
    house.post("/support-grants", Some(&by.access), body).await.is(201).at("/id")
}

fn asked(grant: &str, member: &Person) -> Value {
    json!({ "grant_id": grant, "member_id": member.membership, "reason": "Ticket 1815" })
}

async fn is_out(house: &House, token: &str) {
    eventually("the operator is out", || async {
        (house.get("/me", token).await.status == 401).then_some(())
    })
    .await;
}

async fn is_over(house: &House, by: &Person, grant: &str) {
    let shown = house.get(&format!("/support-grants/{grant}"), &by.access).await.is(200);
    assert!(shown.json()["revoked_at"].is_string(), "{}", shown.text);
}

both! {
    async fn an_owner_lets_in_and_takes_back(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let admin = house.member(&ada, BOB, json!({ "role": "admin" })).await;
        let eve = house.owner("eve@example.com").await;
        let key = json!({ "name": "k", "role": "owner" });
        let key = house.post("/api-keys", Some(&ada.access), key).await.is(201).at("/secret");
        let make = |by: &str, body: Value| {
            let (house, by) = (&house, by.to_owned());
            async move { house.post("/support-grants", Some(&by), body).await }
        };
        let body = || json!({ "role": "viewer", "reason": " A wrong total ", "minutes": 5 });
        let with = |name: &str, value: Value| {
            let mut body = body();
            body[name] = value;
            body
        };
        make(&admin.access, body()).await.problem(403, "forbidden");
        make(&key, body()).await.problem(403, "users.session_required");
        make(&ada.access, with("role", json!("owner"))).await.problem(400, "malformed");
        for (name, value) in [
            ("minutes", json!(4)), ("minutes", json!(10_081)), ("minutes", json!(-5)), ("reason", json!(" ")),
            ("reason", json!("x".repeat(501))),
        ] {
            let refused = make(&ada.access, with(name, value)).await.problem(422, "invalid");
            assert_eq!(refused.at("/errors/0/pointer"), format!("/{name}"));
        }
        let own = Uuid::new_v4().to_string();
        let made = make(&ada.access, with("id", json!(own))).await.is(201);
        let path = format!("/support-grants/{own}");
        assert_eq!(made.headers.get("location").unwrap(), &format!("/api/v1/users{path}"));
        assert_eq!([made.at("/id"), made.at("/reason")], [own.clone(), "A wrong total".to_owned()]);
        assert_eq!([made.at("/granted_by"), made.at("/revoked_at")], [ada.membership.clone(), "null".to_owned()]);
        assert_eq!([made.at("/created_at"), made.at("/expires_at")], ["2026-01-15T12:00:00Z", "2026-01-15T12:05:00Z"]);
        make(&ada.access, with("id", json!(own))).await.problem(409, "users.support_grant_exists");
        make(&eve.access, with("id", json!(own))).await.is(201);

        let shown = house.get(&path, &admin.access).await.is(200);
        assert_eq!((shown.text.as_str(), etag(&shown)), (made.text.as_str(), etag(&made)));
        let other = granted(&house, &ada, "admin", 240).await;
        let listed = entries(&house.get("/support-grants", &admin.access).await.is(200));
        let ids: Vec<_> = listed.iter().map(|grant| grant["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), 2);
        assert!(ids.contains(&own.as_str()) && ids.contains(&other.as_str()), "{ids:?}");
        for access in [&eve.access, &admin.access] {
            let revoke = house.post(&format!("/support-grants/{other}/revoke"), Some(access), json!({})).await;
            assert!([403, 404].contains(&revoke.status), "{}", revoke.text);
        }
        house.get(&format!("/support-grants/{other}"), &eve.access).await.problem(404, "users.support_grant_not_found");
        house.get(&format!("/support-grants/{other}"), &ada.access).await.is(200);
        // By a program too: it takes away and gives nothing.
        let revoked = house.post(&format!("{path}/revoke"), Some(&key), json!({})).await.is(200);
        assert_ne!(revoked.at("/revoked_at"), "null");
        house.stage.clock.advance(Duration::minutes(15));
        make(&ada.access, body()).await.problem(403, "users.fresh_credential_needed");
        house.post(&format!("/support-grants/{other}/revoke"), Some(&ada.access), json!({})).await.is(200);
    }
}

both! {
    async fn a_grant_ends_with_what_let_it_be_given(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "member" })).await;
        let eve = house.member(&ada, "eve@example.com", json!({ "role": "owner" })).await;
        let desk = Desk::of(&house).await;
        let path = format!("/tenants/{}/support-sessions", ada.tenant);
        let own = grant(&house, &ada, "member").await;
        let ask = async |grant: &str| desk.post(&path, asked(grant, &bob)).await;
        let open = async |grant: &str| ask(grant).await.is(201).at("/access_token");
        let step = async |verb: &str| {
            let path = format!("/members/{}/{verb}", eve.membership);
            house.post(&path, Some(&ada.access), json!({})).await.is(200);
        };
        let give = async |role: &str| {
            let path = format!("/members/{}", eve.membership);
            house.patch(&path, &ada.access, "*", json!({ "role": role })).await.is(200);
        };
        let others = open(&own).await;

        // Made less than one who may, and more again.
        let of_eve = grant(&house, &eve, "member").await;
        let opened = open(&of_eve).await;
        house.get("/me", &opened).await.is(200);
        give("admin").await;
        is_over(&house, &ada, &of_eve).await;
        give("owner").await;
        ask(&of_eve).await.problem(403, NOT_GRANTED);
        house.get("/me", &opened).await.is(401);

        // Suspended, and let back.
        let of_eve = grant(&house, &eve, "member").await;
        let opened = open(&of_eve).await;
        step("suspend").await;
        is_over(&house, &ada, &of_eve).await;
        step("resume").await;
        ask(&of_eve).await.problem(403, NOT_GRANTED);
        house.get("/me", &opened).await.is(401);

        // Gone by oneself.
        let of_eve = grant(&house, &eve, "member").await;
        let opened = open(&of_eve).await;
        house.post("/me/leave", Some(&eve.access), json!({})).await.is(204);
        is_over(&house, &ada, &of_eve).await;
        house.get("/me", &opened).await.is(401);
        house.get("/me", &others).await.is(200);
        open(&own).await;

        assert!(house.deliver_audit().await.iter().all(Result::is_ok));
        let log = house.get("/audit-entries?action=users.support_grant.revoke", &ada.access).await.is(200);
        let entries = log.json()["data"].as_array().cloned().unwrap();
        assert_eq!(entries.len(), 3, "{}", log.text);
        for entry in &entries {
            assert_eq!(entry["after"]["ended_sessions"].as_array().map(Vec::len), Some(1), "{entry}");
        }
    }
}

both! {
    /// By a role of the tenant's own or by a team it is taken without a word of the grant; each request asks.
    async fn a_grant_is_worth_no_more_than_who_gave_it(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "viewer" })).await;
        let eve = house.member(&ada, "eve@example.com", json!({ "role": "member" })).await;
        let lets_in = role(&house, &ada, "Lets operators in", &["users.support_access.write"]).await;
        let team = team(&house, &ada, json!({ "name": "Desk", "role_id": lets_in })).await;
        add(&house, &ada, &team, &eve).await.is(201);
        let desk = Desk::of(&house).await;
        let path = format!("/tenants/{}/support-sessions", ada.tenant);
        let of_eve = grant(&house, &eve, "viewer").await;
        let opened = desk.post(&path, asked(&of_eve, &bob)).await.is(201).at("/access_token");
        house.get("/me", &opened).await.is(200);
        let out = format!("{team}/members/{}/remove", eve.membership);
        house.post(&out, Some(&ada.access), json!({})).await.is(204);
        is_out(&house, &opened).await;
        let told = desk.post(&path, asked(&of_eve, &bob)).await.problem(403, GONE);
        assert!(told.at("/detail").contains("Ask the tenant for another"), "{}", told.text);
    }
}
