//! What an operator looks at is in the operators' log before they see it.

use crate::house::House;
use crate::platform::Desk;
use actix_web::http::Method;
use kernel::TenantId;
use kernel::id::PLATFORM;
use serde_json::{Value, json};
use testkit::{Stage, both};

/// The entries that were written for this request, and the tenant whose log each is for.
async fn written(house: &House, request_id: &str) -> Vec<(TenantId, Value)> {
    let all = house.messages("users.append_audit_entry").await.into_iter();
    let all = all.map(|(_, tenant, payload)| (tenant, serde_json::from_str::<Value>(&payload).unwrap()));
    all.filter(|(_, entry)| entry["request_id"] == request_id).collect()
}

/// What was asked for, and of the page how long it may be.
fn asked(entry: &Value) -> Value {
    let mut after = entry["after"].clone();
    if let Some(limit) = after.pointer("/page/limit").cloned() {
        after["page"] = limit;
    }
    after
}

both! {
    async fn each_look_is_logged_before_it_is_answered(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let desk = Desk::of(&house).await;
        let operator = house.operators.list(&house.stage.visitor()).await.unwrap()[0].id;
        let tenant = format!("/tenants/{}", ada.tenant);
        let of_all = [
            ("/tenants?state=active&limit=1", "users.tenant.read", json!({ "state": "active", "page": 1 })),
            ("/tenants", "users.tenant.read", json!({ "state": null, "page": 25 })),
            ("/settings", "users.installation.read", Value::Null),
            ("/switches", "users.switch.read", Value::Null),
            ("/switches/users.passkeys", "users.switch.read", json!({ "name": "users.passkeys" })),
            (
                "/audit-entries?action=users.tenant.suspend",
                "users.audit_entry.read",
                json!({ "resource_id": null, "action": "users.tenant.suspend", "page": 25 }),
            ),
        ];
        let of_one = [
            ("", "users.tenant.read", Value::Null),
            ("/switches", "users.tenant_switch.read", Value::Null),
            ("/switches/users.passkeys", "users.tenant_switch.read", json!({ "name": "users.passkeys" })),
            ("/support-grants?limit=2", "users.support_grant.read", json!({ "page": 2 })),
        ];
        let of_all = of_all.into_iter().map(|(path, action, asked)| (path.to_owned(), "installation", action, asked));
        let of_one = of_one.into_iter();
        let of_one = of_one.map(|(path, action, asked)| (format!("{tenant}{path}"), "tenant", action, asked));
        for (number, (path, resource, action, expected)) in of_all.chain(of_one).enumerate() {
            let request_id = format!("look-{number}");
            let headers = [("x-request-id", request_id.as_str())];
            house.platform(Method::GET, &path, Some(&desk.token), &headers, None).await.is(200);
            let told = written(&house, &request_id).await;
            let [(of, entry)] = &told[..] else { panic!("{path}: one entry expected: {told:?}") };
            assert_eq!(*of, PLATFORM, "{path}");
            assert_eq!([&entry["action"], &entry["resource"]], [action, resource], "{path}");
            assert_eq!(entry["actor"], json!({ "kind": "operator", "id": operator }), "{path}");
            assert_eq!((&entry["before"], asked(entry)), (&Value::Null, expected), "{path}");
            if resource == "tenant" {
                assert_eq!(entry["resource_id"], json!(ada.tenant), "{path}");
            }
        }
        house.deliver_audit().await;
        let log = desk.get("/audit-entries?action=users.tenant_switch.read").await.is(200);
        let seen = ["/data/0/after/name", "/data/0/verification", "/data/1/after"].map(|at| log.at(at));
        assert_eq!(seen, ["users.passkeys", "verified", "null"]);
        let own = house.get("/audit-entries?limit=100", &ada.access).await.is(200);
        let own = own.json()["data"].as_array().cloned().unwrap();
        let looks = own.iter().filter(|entry| entry["action"].as_str().unwrap().ends_with(".read"));
        assert_eq!(looks.count(), 0, "{own:?}");
    }
}

both! {
    async fn who_saw_nothing_leaves_no_entry(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let desk = Desk::of(&house).await;
        let before = house.messages("users.append_audit_entry").await.len();
        for (path, token, status) in [
            ("/tenants", &ada.access, 403),
            ("/tenants?state=gone", &desk.token, 400),
            ("/switches/users.nothing", &desk.token, 404),
            (&*format!("/tenants/{}", ada.user), &desk.token, 404),
            (&*format!("/tenants/{}/switches", ada.user), &desk.token, 404),
            (&*format!("/tenants/{}/support-grants", ada.user), &desk.token, 404),
        ] {
            house.platform(Method::GET, path, Some(token), &[], None).await.is(status);
        }
        assert_eq!(house.messages("users.append_audit_entry").await.len(), before);
    }
}
