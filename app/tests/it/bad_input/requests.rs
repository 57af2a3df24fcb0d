//! Requests that cannot be read: bodies, queries, methods, media types.

use super::{BODY_LIMIT_BYTES, Door};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl Door {
    pub(super) async fn bodies(&self) {
        let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
        let faults: Vec<(&str, &str, &[&str])> = vec![
            ("", "malformed", &[]),
            ("{", "malformed", &[]),
            ("nonsense", "malformed", &[]),
            (r#"{"sku":"A","name":"A"} more"#, "malformed", &[]),
            (&deep, "malformed", &[]),
            ("[]", "malformed", &[" wrong_type"]),
            (r#"{"sku":"A","name":"A\u0000B"}"#, "malformed", &["/name nul_character"]),
            (r#"{"sku":7,"name":"A"}"#, "malformed", &["/sku wrong_type"]),
            (r#"{"sku":"A","name":"A","colour":"red"}"#, "malformed", &["/colour unknown_field"]),
            (r#"{"sku":"A"}"#, "malformed", &["/name missing_field"]),
            (r#"{"sku":"A","sku":"B","name":"A"}"#, "malformed", &["/sku duplicate_field"]),
            (r#"{"sku":"A","name":"A","id":"7"}"#, "malformed", &["/id invalid_value"]),
            (r#"{"sku":"A","name":"A","reorder_level":1.5}"#, "malformed", &["/reorder_level wrong_type"]),
            (
                r#"{"sku":"A","name":"A","unit_cost":{"amount":1.5,"currency":"USD"}}"#,
                "malformed",
                &["/unit_cost/amount wrong_type"],
            ),
            (r#"{"sku":" ","name":"","unit":""}"#, "invalid", &["/sku blank", "/name blank", "/unit blank"]),
        ];
        for (body, code, expected) in faults {
            let request =
                self.request(Method::POST, "/inventory/items").header("content-type", "application/json");
            let status = if code == "invalid" { 422 } else { 400 };
            let told = self.refused(body, request.body(body.to_owned()), status, code).await;
            let problem = told.json();
            let errors = problem["errors"].as_array().cloned().unwrap_or_default();
            let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
            let errors: BTreeSet<_> = errors
                .iter()
                .map(|error| format!("{} {}", text(error, "pointer"), text(error, "code")))
                .collect();
            assert_eq!(
                errors,
                expected.iter().map(|fault| (*fault).to_owned()).collect(),
                "{body}: {problem}"
            );
        }
        let latin = self.request(Method::POST, "/inventory/items").header("content-type", "application/json");
        self.refused(
            "not UTF-8",
            latin.body(b"{\"sku\":\"\xE9\",\"name\":\"A\"}".to_vec()),
            400,
            "malformed",
        )
        .await;
    }

    pub(super) async fn queries(&self) {
        let bad = [
            ("/inventory/items?colour=red", "unknown_parameter"),
            ("/inventory/items?Sku=CHAI", "unknown_parameter"),
            ("/inventory/items?limit=0", "unknown_parameter"),
            ("/inventory/items?limit=101", "unknown_parameter"),
            ("/inventory/items?limit=many", "unknown_parameter"),
            ("/inventory/items?limit=1&limit=2", "unknown_parameter"),
            ("/inventory/movements?item_id=7", "unknown_parameter"),
            ("/billing/invoices?status=paid-ish", "unknown_parameter"),
            ("/billing/customers?external_id=a%00b", "malformed"),
            ("/inventory/items?cursor=", "invalid_cursor"),
            ("/inventory/items?cursor=bm90IG91cnM", "invalid_cursor"),
        ];
        for (path, code) in bad {
            self.refused(path, self.get(path), 400, code).await;
        }
        let item = json!({ "sku": "A", "name": "A" });
        self.refused(
            "a query on a POST",
            self.post("/inventory/items?dry_run=1", &item),
            400,
            "unknown_parameter",
        )
        .await;
        let page = self.owner.client.get("/inventory/items?limit=1").await.expect(200);
        let cursor = page["next_cursor"].as_str().unwrap();
        self.owner.client.get(&format!("/inventory/items?cursor={cursor}")).await.expect(200);
        let (front, back) = cursor.split_at(cursor.len() / 2);
        let flip = if back.starts_with('A') { 'B' } else { 'A' };
        let tampered = format!("{front}{flip}{}", &back[1..]);
        let elsewhere = format!("/inventory/movements?cursor={cursor}");
        let shifted = format!("/inventory/items?cursor={front}");
        for path in [&format!("/inventory/items?cursor={tampered}"), &elsewhere, &shifted] {
            self.refused(path, self.get(path), 400, "invalid_cursor").await;
        }
        let of_another =
            self.neighbour.client.request(Method::GET, &format!("/inventory/items?cursor={cursor}"));
        self.refused("another tenant's cursor", of_another, 400, "invalid_cursor").await;
    }

    pub(super) async fn methods_and_media(&self) {
        let mut by_path = BTreeMap::<&str, BTreeSet<&str>>::new();
        for operation in &self.operations {
            by_path.entry(&operation.path).or_default().insert(operation.method.as_str());
        }
        for (path, methods) in by_path {
            let path = path.replace("{id}", &Uuid::nil().to_string());
            let told = self.refused(&path, self.request(Method::PUT, &path), 405, "method_not_allowed").await;
            let allow = told.headers["allow"].to_str().unwrap();
            let allowed: BTreeSet<_> = allow.split(", ").filter(|method| *method != "HEAD").collect();
            assert_eq!(allowed, methods, "{path}");
        }
        for path in
            ["/nothing", "/inventory/nothing", "/inventory/items/", "/inventory/items/7", "/../etc/passwd"]
        {
            self.refused(path, self.get(path), 404, "not_found").await;
        }
        let bare = self.request(Method::POST, "/inventory/items").body(r#"{"sku":"A","name":"A"}"#);
        self.refused("no media type", bare.try_clone().unwrap(), 415, "unsupported_media_type").await;
        let form = bare.header("content-type", "application/x-www-form-urlencoded");
        self.refused("a form", form, 415, "unsupported_media_type").await;
        let long = json!({ "sku": "A", "name": "A".repeat(BODY_LIMIT_BYTES) });
        self.refused("a long body", self.post("/inventory/items", &long), 413, "too_large").await;
        let keyless = self.owner.client.request(Method::POST, "/inventory/items").json(&long);
        self.refused("a long body without a key", keyless, 413, "too_large").await;
        let sign_up = self.guest.request(Method::POST, "/users/sign-up").json(&long);
        self.refused("a stranger's long body", sign_up, 413, "too_large").await;
    }
}
