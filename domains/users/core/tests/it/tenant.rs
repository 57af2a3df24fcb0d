//! The tenant, its name and its audit log.

use crate::house::House;
use actix_web::http::Method;
use serde_json::json;
use testkit::{Stage, both};

both! {
    async fn a_tenant_is_renamed_by_who_has_seen_it(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        let patch = |headers: &'static [(&'static str, &'static str)], body: serde_json::Value| {
            house.call(Method::PATCH, "/tenant", Some(&ada.access), headers, Some(body))
        };
        let shown = house.get("/tenant", &ada.access).await.is(200);
        assert_eq!(shown.headers.get("etag").unwrap(), "\"1\"");
        patch(&[], json!({ "name": "New" })).await.problem(428, "precondition_required");
        patch(&[("if-match", "\"7\"")], json!({ "name": "New" })).await.problem(412, "version_mismatch");
        patch(&[("if-match", "\"1\"")], json!({ "name": "" })).await.problem(422, "invalid");
        patch(&[("if-match", "\"1\"")], json!({ "name": null })).await.problem(422, "invalid");
        patch(&[("if-match", "\"1\"")], json!({ "mode": "test" })).await.is(400);
        let renamed = patch(&[("if-match", "\"1\"")], json!({ "name": "New" })).await.is(200);
        assert_eq!((renamed.at("/name").as_str(), renamed.headers.get("etag").unwrap().to_str().unwrap()), ("New", "\"2\""));
        patch(&[("if-match", "\"1\"")], json!({ "name": "Old" })).await.problem(412, "version_mismatch");
        let same = patch(&[("if-match", "*")], json!({})).await.is(200);
        assert_eq!(same.headers.get("etag").unwrap(), "\"2\"");
        assert_eq!(house.get("/tenant", &bob.access).await.is(200).at("/name"), "Engines");
    }
}

both! {
    async fn what_is_done_is_in_the_log_once(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        let rename = json!({ "name": "New" });
        house.call(Method::PATCH, "/tenant", Some(&ada.access), &[("if-match", "*")], Some(rename)).await.is(200);
        let first = house.deliver_audit().await;
        assert!(first.iter().all(Result::is_ok), "{first:?}");
        let again = house.deliver_audit().await;
        assert!(again.iter().all(Result::is_err), "{again:?}");

        let log = house.get("/audit-entries", &ada.access).await.is(200);
        let entries = log.json()["data"].as_array().cloned().unwrap();
        let mut actions: Vec<_> = entries.iter().filter_map(|entry| entry["action"].as_str()).collect();
        actions.sort_unstable();
        let expected =
            ["users.session.create", "users.tenant.create", "users.tenant.rename", "users.user.verify_email"];
        assert_eq!(actions, expected);
        assert!(!log.text.contains(&bob.tenant.to_string()), "{}", log.text);

        let of_tenant = format!("/audit-entries?resource_id={}&limit=1", ada.tenant);
        let page = house.get(&of_tenant, &ada.access).await.is(200);
        assert_eq!(page.at("/data/0/action"), "users.tenant.rename");
        assert_eq!(page.at("/data/0/before/name"), "Engines");
        assert_eq!(page.at("/data/0/after/name"), "New");
        assert_eq!(page.at("/data/0/actor/id"), ada.user.to_string());
        let next = format!("{of_tenant}&cursor={}", page.at("/next_cursor"));
        let page = house.get(&next, &ada.access).await.is(200);
        assert_eq!(page.at("/data/0/action"), "users.tenant.create");
        assert_eq!(page.at("/next_cursor"), "null");
    }
}
