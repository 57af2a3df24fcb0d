//! Requests that cannot be read: bodies, queries, paths, sizes.

use super::{BODY_LIMIT_BYTES, Door};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

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
            ("/inventory/items?Sku=CHAI", "unknown_parameter"),
            ("/inventory/movements?item_id=7", "invalid_parameter"),
            ("/billing/invoices?status=paid-ish", "invalid_parameter"),
            ("/billing/customers?external_id=a%00b", "malformed"),
            ("/billing/customers?external_id=%ff", "malformed"),
            ("/billing/customers?q=abc%zz", "malformed"),
        ];
        for (path, code) in bad {
            self.refused(path, self.get(path), 400, code).await;
        }
    }

    pub(super) async fn paths_and_sizes(&self) {
        for path in
            ["/nothing", "/inventory/nothing", "/inventory/items/", "/inventory/items/7", "/../etc/passwd"]
        {
            self.refused(path, self.get(path), 404, "not_found").await;
        }
        let long = json!({ "sku": "A", "name": "A".repeat(BODY_LIMIT_BYTES) });
        self.refused("a long body", self.post("/inventory/items", &long), 413, "too_large").await;
        let keyless = self.owner.client.request(Method::POST, "/inventory/items").json(&long);
        self.refused("a long body without a key", keyless, 413, "too_large").await;
        let sign_up = self.guest.request(Method::POST, "/users/sign-up").json(&long);
        self.refused("a stranger's long body", sign_up, 413, "too_large").await;
    }
}
