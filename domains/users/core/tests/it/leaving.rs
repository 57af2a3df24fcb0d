//! Leaving: what is taken along, and a tenant that is closed, brought back, and erased when its time is over.

use crate::access_tokens::{is_signed_by, keys, read};
use crate::house::{House, PASSWORD, Person, Reply};
use crate::platform::Desk;
use crate::support_access::granted;
use chrono::Duration;
use data::sql;
use serde_json::{Value, json};
use testkit::{Stage, both, eventually, files_under};

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";

async fn close(house: &House, person: &Person, name: &str) -> Reply {
    house.post("/tenant/close", Some(&person.access), json!({ "name": name })).await
}

/// What is told of a credential is believed for less than a second.
async fn felt(house: &House, person: &Person, status: u16) {
    eventually("it is felt", || async {
        (house.get("/me", &person.access).await.status == status).then_some(())
    })
    .await;
}

/// What an export has, after its first line.
async fn exported(house: &House, person: &Person, collection: &str) -> Vec<Value> {
    let asked = house.post(collection, Some(&person.access), json!({})).await.is(202);
    let path = format!("{collection}/{}", asked.at("/id"));
    house.get(&format!("{path}/content"), &person.access).await.problem(409, "users.data_export_not_ready");
    house.produce_exports(person).await;
    assert_eq!(house.get(&path, &person.access).await.is(200).at("/status"), "ready");
    let file = house.get(&format!("{path}/content"), &person.access).await.is(200);
    assert_eq!(file.headers.get("cache-control").expect("a rule"), "no-store");
    let text = file.text;
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    assert_eq!(lines.next().expect("a first line")["format"], "insula-export/1");
    lines.collect()
}

fn of<'a>(rows: &'a [Value], table: &str) -> Vec<&'a Value> {
    rows.iter().filter(|row| row["table"] == table).map(|row| &row["row"]).collect()
}

both! {
    async fn a_tenant_takes_its_own_along_and_no_secret(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner(ADA).await, house.owner(BOB).await);
        let grace = house.member(&ada, "grace@example.com", json!({ "role": "admin" })).await;
        house.post("/tenant-exports", Some(&grace.access), json!({})).await.problem(403, "forbidden");
        house.deliver_audit().await;
        let rows = exported(&house, &ada, "/tenant-exports").await;
        assert!(rows.iter().all(|row| row["tenant"] == ada.tenant.to_string()), "{rows:?}");
        assert_eq!(of(&rows, "users.memberships").len(), 2);
        assert_eq!(of(&rows, "users.tenants")[0]["name"], "Engines");
        house.deliver_audit().await;
        let log = house.get("/audit-entries?action=users.data_export.download", &ada.access).await.is(200);
        assert_eq!(log.at("/data/0/actor/id"), ada.user.to_string(), "who took all of it: {}", log.text);
        assert!(!of(&rows, "users.audit_entries").is_empty());
        let sessions = of(&rows, "users.sessions");
        assert!(sessions.iter().all(|row| row.get("access_hash").is_none() && row["created_at"].is_string()));
        assert!(rows.iter().all(|row| row["table"] != "users.users"), "people are no tenant's");

        let own = exported(&house, &grace, "/me/exports").await;
        assert_eq!(of(&own, "users.users")[0]["email"], "grace@example.com");
        assert!(of(&own, "users.memberships").iter().all(|row| row["user_id"] == grace.user.to_string()));
        assert_eq!(of(&own, "users.memberships").len(), 1);

        // Nobody reads another's, an owner no more than a neighbour.
        let asked = house.post("/me/exports", Some(&grace.access), json!({})).await.is(202).at("/id");
        for (person, path) in [(&ada, "/me/exports"), (&ada, "/tenant-exports"), (&bob, "/me/exports")] {
            let told = house.get(&format!("{path}/{asked}"), &person.access).await;
            told.problem(404, "users.data_export_not_found");
        }
    }
}

both! {
    async fn a_file_is_there_for_a_week_and_takes_a_fresh_proof(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let asked = house.post("/tenant-exports", Some(&ada.access), json!({})).await.is(202).at("/id");
        house.produce_exports(&ada).await;
        let blobs = house.stage.folder.path().join("blobs");
        assert_eq!(files_under(&blobs), 1);
        let path = format!("/tenant-exports/{asked}");
        house.stage.clock.advance(Duration::minutes(16));
        let stale = "users.fresh_credential_needed";
        house.get(&format!("{path}/content"), &ada.access).await.problem(403, stale);
        house.post("/tenant-exports", Some(&ada.access), json!({})).await.problem(403, stale);
        close(&house, &ada, "Engines").await.problem(403, stale);
        house.stage.clock.advance(Duration::days(7));
        let ada = house.enter(ADA).await;
        house.get(&path, &ada.access).await.problem(404, "users.data_export_not_found");
        house.clean_up().await;
        let rows = house.meddle(&ada, sql!("DELETE FROM data_exports WHERE tenant_id = $1"), None).await;
        assert_eq!((rows.unwrap(), files_under(&blobs)), (0, 0), "it is deleted with its file");
    }
}

both! {
    async fn a_closed_tenant_is_brought_back_or_erased_when_its_time_is_over(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        house.owner(BOB).await;
        let desk = Desk::of(&house).await;
        let grace = house.member(&ada, "grace@example.com", json!({ "role": "admin" })).await;
        close(&house, &grace, "Engines").await.problem(403, "forbidden");
        close(&house, &ada, "Another").await.problem(422, "invalid");
        let place = format!("/tenants/{}", ada.tenant);
        desk.get(&format!("{place}/closure")).await.problem(404, "users.tenant_closure_not_found");
        desk.post(&format!("{place}/reopen"), json!({})).await.problem(409, "users.tenant_state");

        assert_eq!(close(&house, &ada, "Engines").await.is(200).at("/state"), "closed");
        for person in [&ada, &grace] {
            felt(&house, person, 401).await;
        }
        house.sign_in(ADA, PASSWORD).await.problem(403, "users.no_membership");
        assert_eq!(desk.get(&place).await.is(200).at("/state"), "closed");
        for step in ["resume", "suspend"] {
            let told = desk.post(&format!("{place}/{step}"), json!({ "reason": "Why not" })).await;
            assert!(told.status >= 400, "{step}: {}", told.text);
        }
        assert_eq!(house.erase_closed().await, [false], "its time is not over");
        desk.post(&format!("{place}/reopen"), json!({})).await.is(200);
        felt(&house, &ada, 200).await;

        close(&house, &ada, "Engines").await.is(200);
        house.deliver_audit().await;
        house.stage.clock.advance(Duration::days(30));
        // That of the closing that was taken back has nothing to do.
        assert_eq!(house.erase_closed().await, [true, false], "it goes round until nothing is left");
        desk.post(&format!("{place}/reopen"), json!({})).await.problem(409, "users.tenant_state");
        assert_eq!(house.erase_closed().await, [true, true]);
        assert_eq!(house.erase_closed().await, [true, true], "again, it does nothing");

        let closure = desk.get(&format!("{place}/closure")).await.is(200);
        assert_eq!(closure.at("/state"), "erased");
        assert_eq!(closure.json()["rows"]["users.memberships"], 2, "{}", closure.text);
        let certificate = closure.at("/certificate");
        let (header, said) = read(&certificate);
        assert!(is_signed_by(&certificate, &header["jwk"]), "{certificate}");
        assert!(keys(&house).await.iter().any(|key| key["kid"] == header["kid"]), "by a key of ours");
        assert_eq!((&said["tenant"], &said["tables"]["users.memberships"]), (&json!(ada.tenant), &json!(2)));
        desk.get(&place).await.problem(404, "users.no_such_tenant");
        let told = house.messages("tests.erased").await;
        assert_eq!(told.len(), 1, "whoever closed it is told once");
        let event: Value = serde_json::from_str(&told[0].2).expect("an event");
        assert_eq!((event["email"].as_str(), event["tenant_name"].as_str()), (Some(ADA), Some("Engines")));

        let bob = house.enter(BOB).await;
        assert_eq!(house.get("/tenant", &bob.access).await.is(200).at("/name"), "Engines");
    }
}

both! {
    async fn no_ledger_lets_go_without_the_mark(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        house.deliver_audit().await;
        let delete = sql!("DELETE FROM audit_entries WHERE tenant_id = $1");
        assert!(house.meddle(&ada, delete, None).await.is_err());
    }
}

both! {
    async fn nobody_takes_along_what_is_of_an_operator_who_looked_through_them(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, BOB, json!({ "role": "member" })).await;
        let desk = Desk::of(&house).await;
        let grant = granted(&house, &ada, "member", 60).await;
        let visit = json!({ "grant_id": grant, "member_id": bob.membership, "reason": "Ticket 1815" });
        let path = format!("/tenants/{}/support-sessions", ada.tenant);
        let opened = desk.post(&path, visit).await.is(201).at("/session_id");
        let rows = exported(&house, &bob, "/me/exports").await;
        let sessions = of(&rows, "users.sessions");
        assert!(!sessions.is_empty() && sessions.iter().all(|row| row["public_id"] != opened), "{sessions:?}");
    }
}
