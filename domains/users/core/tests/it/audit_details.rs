//! What is personal in the audit log: kept beside the entry, bound to it, erased without it.

use crate::house::{House, Person, Reply};
use actix_web::http::Method;
use data::sql;
use serde_json::{Value, json};
use testkit::{Stage, both};

/// Ada has renamed her tenant, and all that was done is in the log.
async fn renamed(house: &House) -> Person {
    let ada = house.owner("ada@example.com").await;
    let headers = [("if-match", "*"), ("user-agent", "curl/8"), ("x-forwarded-for", "203.0.113.9")];
    let rename = json!({ "name": "New" });
    house.call(Method::PATCH, "/tenant", Some(&ada.access), &headers, Some(rename)).await.is(200);
    assert!(house.deliver_audit().await.iter().all(Result::is_ok));
    ada
}

async fn log(house: &House, person: &Person, query: &str) -> Vec<Value> {
    let reply = house.get(&format!("/audit-entries?limit=100{query}"), &person.access).await.is(200);
    reply.json()["data"].as_array().cloned().unwrap()
}

async fn entry(house: &House, person: &Person, action: &str) -> Reply {
    let reply = house.get(&format!("/audit-entries?action={action}"), &person.access).await.is(200);
    assert_eq!(reply.json()["data"].as_array().unwrap().len(), 1, "{}", reply.text);
    reply
}

both! {
    async fn an_entry_is_verified_with_its_detail_and_stands_without_it(stage: Stage) {
        let house = House::new(stage).await;
        let ada = renamed(&house).await;
        let entry = |action| entry(&house, &ada, action);
        let shown = entry("users.tenant.rename").await;
        for (pointer, expected) in [
            ("verification", "verified"), ("detail_erased", "false"), ("before/name", "Engines"),
            ("after/name", "New"), ("user_agent", "curl/8"),
        ] {
            assert_eq!(shown.at(&format!("/data/0/{pointer}")), expected, "{pointer}");
        }
        assert!(log(&house, &ada, "").await.iter().all(|entry| entry["verification"] == "verified"));

        house.erase(json!({ "entry": shown.at("/data/0/id") }), &ada).await;
        let erased = entry("users.tenant.rename").await;
        for (pointer, expected) in [
            ("verification", "erased"), ("detail_erased", "true"), ("before", "null"), ("after", "null"),
            ("user_agent", "null"), ("client_address", "null"), ("action", "users.tenant.rename"),
        ] {
            assert_eq!(erased.at(&format!("/data/0/{pointer}")), expected, "{pointer}");
        }
        for kept in ["id", "resource_id", "actor", "request_id", "happened_at", "created_at"] {
            let pointer = format!("/data/0/{kept}");
            assert_eq!(erased.at(&pointer), shown.at(&pointer));
        }
        house.deliver_audit().await;
        assert_eq!(entry("users.audit_detail.erase").await.at("/data/0/resource_id"), shown.at("/data/0/id"));
        // Once more erases nothing, and says nothing.
        house.erase(json!({ "entry": shown.at("/data/0/id") }), &ada).await;
        house.deliver_audit().await;
        entry("users.audit_detail.erase").await;
    }
}

both! {
    async fn a_detail_that_was_changed_is_noticed(stage: Stage) {
        let house = House::new(stage).await;
        let ada = renamed(&house).await;
        let id = entry(&house, &ada, "users.tenant.rename").await.at("/data/0/id").parse().unwrap();
        let meddle = |sql, value| house.meddle(&ada, sql, value);
        meddle(sql!("UPDATE audit_details SET detail = '{}' WHERE tenant_id = $1"), None).await.unwrap_err();
        meddle(sql!("UPDATE audit_entries SET action = 'x' WHERE tenant_id = $1"), None).await.unwrap_err();
        meddle(sql!("DELETE FROM audit_entries WHERE tenant_id = $1"), None).await.unwrap_err();
        // The runtime may delete a detail and write another; it will not fit the hash.
        let copy = sql!("INSERT INTO audit_details (tenant_id, public_id, salt, detail, created_at) \
            SELECT d.tenant_id, $2, d.salt, d.detail, d.created_at FROM audit_details AS d \
            WHERE d.tenant_id = $1 ORDER BY d.id LIMIT 1");
        let away = sql!("DELETE FROM audit_details WHERE tenant_id = $1 AND public_id = $2");
        assert_eq!(meddle(away, Some(id)).await.unwrap(), 1);
        assert_eq!(meddle(copy, Some(id)).await.unwrap(), 1);
        let shown = entry(&house, &ada, "users.tenant.rename").await;
        assert_eq!((shown.at("/data/0/verification"), shown.at("/data/0/detail_erased")), ("mismatch".into(), "false".into()));
    }
}

both! {
    async fn all_that_names_a_person_is_erased_and_nothing_of_others(stage: Stage) {
        let house = House::new(stage).await;
        let ada = renamed(&house).await;
        let bob = house.owner("bob@example.com").await;
        house.deliver_audit().await;
        house.erase(json!({ "person": ada.user }), &bob).await;
        assert!(log(&house, &ada, "").await.iter().all(|entry| entry["verification"] == "verified"), "another tenant's");
        house.erase(json!({ "person": bob.user }), &ada).await;
        assert!(log(&house, &ada, "").await.iter().all(|entry| entry["verification"] == "verified"), "somebody else's");

        house.erase(json!({ "person": ada.user }), &ada).await;
        let left = log(&house, &ada, "").await;
        assert!(left.len() >= 4 && left.iter().all(|entry| entry["verification"] == "erased"), "{left:?}");
        assert!(log(&house, &bob, "").await.iter().all(|entry| entry["verification"] == "verified"));
    }
}

both! {
    async fn a_long_log_is_gone_through_in_stretches(stage: Stage) {
        let house = House::new(stage).await;
        let ada = renamed(&house).await;
        let entry = sql!("INSERT INTO audit_entries (tenant_id, public_id, action, resource, resource_id, actor, \
            request_id, happened_at, created_at, detail_hash) SELECT tenant_id, $2, 'tests.fill', 'x', resource_id, actor, \
            request_id, happened_at, created_at, detail_hash FROM audit_entries AS e WHERE e.tenant_id = $1 \
            ORDER BY e.id LIMIT 1");
        let detail = sql!("INSERT INTO audit_details (tenant_id, public_id, salt, detail, created_at) \
            SELECT d.tenant_id, $2, d.salt, d.detail, d.created_at FROM audit_details AS d \
            WHERE d.tenant_id = $1 ORDER BY d.id LIMIT 1");
        let unit = house.databases.write(&house.ctx_of(&ada)).await.unwrap();
        for at in 0..2_400u128 {
            let id = uuid::Uuid::from_u128((1 << 100) + at);
            for sql in [entry, detail] {
                assert_eq!(unit.sql(sql).bind(id).exec().await.unwrap(), 1);
            }
        }
        unit.commit(()).await.unwrap();
        house.erase(json!({ "person": ada.user }), &ada).await;
        let count = sql!("DELETE FROM audit_details WHERE tenant_id = $1");
        assert_eq!(house.meddle(&ada, count, None).await.unwrap(), 0, "all of them name ada");
        house.deliver_audit().await;
        assert_eq!(log(&house, &ada, "&action=users.audit_detail.erase").await.len(), 3);
    }
}

both! {
    /// While a new version is rolled out, nodes of the old one still write the detail into the entry.
    async fn entries_of_the_version_before_are_shown_and_not_called_verified(stage: Stage) {
        let house = House::new(stage).await;
        let ada = renamed(&house).await;
        let old = sql!("INSERT INTO audit_entries (tenant_id, public_id, action, resource, resource_id, before, after, actor, \
            client_address, request_id, happened_at, created_at) SELECT e.tenant_id, $2, 'tests.old', 'x', e.resource_id, \
            NULL, '{\"name\": \"Old\"}', e.actor, '203.0.113.9', e.request_id, e.happened_at, e.created_at \
            FROM audit_entries AS e WHERE e.tenant_id = $1 ORDER BY e.id LIMIT 1");
        house.meddle(&ada, old, Some(uuid::Uuid::from_u128(7))).await.unwrap();
        let shown = entry(&house, &ada, "tests.old").await;
        for (pointer, expected) in [
            ("verification", "unsealed"), ("after/name", "Old"), ("client_address", "203.0.113.9"), ("before", "null"),
        ] {
            assert_eq!(shown.at(&format!("/data/0/{pointer}")), expected, "{pointer}");
        }
    }
}

both! {
    async fn the_log_is_filtered(stage: Stage) {
        let house = House::new(stage).await;
        let ada = renamed(&house).await;
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k", "role": "owner" })).await.is(201);
        let patch = json!({ "name": "By key" });
        house.call(Method::PATCH, "/tenant", Some(&key.at("/secret")), &[("if-match", "*")], Some(patch)).await.is(200);
        house.deliver_audit().await;
        let count = async |query: String| log(&house, &ada, &query).await.len();
        assert_eq!(count(format!("&actor_id={}", ada.user)).await, 3, "by a key of hers too");
        assert_eq!(count("&action=users.tenant.rename".to_owned()).await, 2);
        assert_eq!(count(format!("&action=users.tenant.rename&resource_id={}", ada.tenant)).await, 2);
        assert_eq!(count(format!("&actor_id={}", ada.tenant)).await, 0);
        house.get("/audit-entries?actor_id=me", &ada.access).await.is(400);
    }
}
