//! Requests that no operation takes: unknown names, other media, other methods, nobody's credential.

use super::Walk;
use super::answers::{common_faults, problem_faults, text};
use super::ask::{Ask, Body};
use crate::document::Operation;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const UNKNOWN: &str = "zz_unknown";

impl Walk {
    pub async fn requests(&self) {
        for operation in &self.operations {
            let good = self.good(operation).await;
            self.unknown_names(operation, &good).await;
            self.other_media(operation, &good).await;
            self.request_ids(operation, &good).await;
            if !operation.is_public() {
                self.credentials(operation, &good).await;
            }
        }
        self.methods().await;
    }

    async fn unknown_names(&self, operation: &Operation, good: &Ask) {
        let query = [&good.call.query, "zz_unknown=1"].map(ToString::to_string).join("&");
        let ask = good.again().query(query.trim_start_matches('&'));
        let told = self.refused("an unknown parameter", operation, &ask, 400, "unknown_parameter").await;
        let named = told.json()["errors"][0]["pointer"].clone();
        self.require(named == UNKNOWN || named == format!("/{UNKNOWN}"), || {
            format!("{}: the unknown parameter is not named: {}", operation.id, told.text)
        });
        for object in self.schemas.closed_objects(operation) {
            let mut body = good.call.json().cloned().unwrap_or_else(|| json!({}));
            // An object that is not in this body is tried where another body has it.
            let Some(Value::Object(fields)) = body.pointer_mut(&object) else { continue };
            fields.insert(UNKNOWN.to_owned(), json!(1));
            let ask = good.again().body(body);
            let told = self.refused("an unknown field", operation, &ask, 400, "malformed").await;
            let errors = told.json()["errors"].clone();
            let named = json!(format!("{object}/{UNKNOWN}"));
            let told = errors.as_array().into_iter().flatten();
            let mut told = told.filter(|error| error["pointer"] == named && error["code"] == "unknown_field");
            self.require(told.next().is_some(), || {
                format!("{}: {named} is not named: {errors}", operation.id)
            });
        }
    }

    async fn other_media(&self, operation: &Operation, good: &Ask) {
        let mut ask = good.again();
        match &good.call.body {
            Body::None if operation.method == Method::GET => return,
            Body::None => {
                ask.content_type = Some("application/json");
                let ask = ask.body(json!({ UNKNOWN: 1 }));
                self.refused("a body where none is read", operation, &ask, 400, "malformed").await;
                return;
            }
            Body::Json(_) => {
                for other in ["text/plain", "application/x-www-form-urlencoded", "text/csv"] {
                    ask.content_type = Some(other);
                    self.refused(other, operation, &ask, 415, "unsupported_media_type").await;
                }
            }
            Body::Raw(..) => {
                ask.content_type = Some("application/json");
                self.refused("JSON", operation, &ask, 415, "unsupported_media_type").await;
            }
        }
        ask.content_type = None;
        self.refused("no media type", operation, &ask, 415, "unsupported_media_type").await;
    }

    /// What is no request id is not echoed; `look_at` sees to the good ones.
    async fn request_ids(&self, operation: &Operation, good: &Ask) {
        let mut ask = good.again().query("zz_unknown=1");
        for ill in ["", "two words", &"x".repeat(300)] {
            ill.clone_into(&mut ask.request_id);
            let client = &self.owner.client;
            let told = client.try_send(ask.request(client)).await.unwrap();
            let id = text(&told.headers, "x-request-id");
            self.require(!id.is_empty() && id != ill, || {
                format!("{}: the request id {ill:?} was answered with {id:?}", operation.id)
            });
        }
    }

    async fn credentials(&self, operation: &Operation, good: &Ask) {
        let nonsense = ["nonsense", "ins_live_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"];
        for token in [None, Some(nonsense[0]), Some(nonsense[1])] {
            let mut ask = good.again();
            ask.call.token = token.map(str::to_owned);
            let told = self.send_as(&self.guest.without_token(), operation, &ask).await;
            self.is_problem("without a credential", operation, &told, 401, "unauthenticated");
            self.require(text(&told.headers, "www-authenticate").starts_with("Bearer"), || {
                format!("{}: a 401 without its WWW-Authenticate", operation.id)
            });
        }
    }

    async fn methods(&self) {
        let mut by_path = BTreeMap::<&str, BTreeSet<&str>>::new();
        for operation in &self.operations {
            by_path.entry(&operation.path).or_default().insert(operation.method.as_str());
        }
        for (path, methods) in by_path {
            for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                if methods.contains(method.as_str()) {
                    continue;
                }
                let at = path.replace("{id}", &Uuid::nil().to_string());
                let request = self.owner.client.request(method.clone(), &at).header("x-request-id", "walk");
                let told = self.owner.client.try_send(request).await.unwrap();
                let allow = text(&told.headers, "allow").split(", ").filter(|method| *method != "HEAD");
                let allowed = allow.collect::<BTreeSet<_>>() == methods;
                let faults = [common_faults(&told.headers, "walk"), problem_faults(&told)].concat();
                self.require(told.status == 405 && allowed && faults.is_empty(), || {
                    format!("{method} {path}: 405 with Allow expected, told {told:?} {faults:?}")
                });
            }
        }
    }
}
