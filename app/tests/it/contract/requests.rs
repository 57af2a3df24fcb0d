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
/// What of a body takes any field at all. It may only shrink.
const FREE_FORM: [(&str, &str, &str); 3] = [
    ("users_prove_session", "/credential", "browsers make it, and say more in it from year to year"),
    ("users_register_passkey", "/credential", "browsers make it, and say more in it from year to year"),
    ("users_sign_in_with_passkey", "/credential", "browsers make it, and say more in it from year to year"),
];

/// The objects of bodies, by their schemas.
#[derive(Default)]
struct Objects {
    /// Where each stands.
    places: BTreeMap<String, String>,
    /// Those of them that a recipe's body has.
    tried: BTreeSet<String>,
}

impl Walk {
    pub async fn requests(&self) {
        self.all_are_closed();
        let mut objects = Objects::default();
        for operation in &self.operations {
            let good = self.good(operation).await;
            self.unknown_parameter(operation, &good).await;
            self.unknown_fields(operation, &good, &mut objects).await;
            self.other_media(operation, &good).await;
            self.request_ids(operation, &good).await;
            if !operation.is_public() {
                self.credentials(operation, &good).await;
            }
        }
        for (schema, place) in objects.places {
            self.require(objects.tried.contains(&schema), || {
                format!("no recipe's body has a {place}, so that no unknown field was tried in it")
            });
        }
        self.methods().await;
    }

    /// A typo must not be silently ignored: an object names its fields and takes no others, a map says what each is.
    fn all_are_closed(&self) {
        let all = self.operations.iter().flat_map(|operation| {
            self.schemas.open_objects(operation).into_iter().map(move |place| (operation.id.as_str(), place))
        });
        let mut open: BTreeSet<_> = all.collect();
        for (name, place, _) in FREE_FORM {
            self.require(open.remove(&(name, place.to_owned())), || {
                format!("FREE_FORM: {name} {place} is needed no more")
            });
        }
        for (name, place) in open {
            self.require(false, || {
                format!("{name}: {place:?} of its body lacks additionalProperties: false")
            });
        }
    }

    async fn unknown_parameter(&self, operation: &Operation, good: &Ask) {
        let query = [&good.call.query, "zz_unknown=1"].map(ToString::to_string).join("&");
        let ask = good.again().query(query.trim_start_matches('&'));
        let told = self.refused("an unknown parameter", operation, &ask, 400, "unknown_parameter").await;
        let named = told.json()["errors"][0]["pointer"].clone();
        self.require(named == UNKNOWN || named == format!("/{UNKNOWN}"), || {
            format!("{}: the unknown parameter is not named: {}", operation.id, told.text)
        });
    }

    async fn unknown_fields(&self, operation: &Operation, good: &Ask, objects: &mut Objects) {
        for (place, schema) in self.schemas.closed_objects(operation) {
            objects.places.entry(schema.clone()).or_insert_with(|| format!("{} {place}", operation.id));
            let mut body = good.call.json().cloned().unwrap_or_else(|| json!({}));
            // An object that is not in this body is tried where another body has it.
            let Some(object) = place_in(&body, &place) else { continue };
            let Some(Value::Object(fields)) = body.pointer_mut(&object) else { continue };
            objects.tried.insert(schema);
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

/// Where this body has what the document has there: the first of a map's entries for any of them.
fn place_in(body: &Value, place: &str) -> Option<String> {
    let (mut found, mut at) = (String::new(), body);
    for name in place.split('/').skip(1) {
        let name = match at {
            Value::Object(fields) if name == "any" && !fields.contains_key(name) => {
                fields.keys().next()?.as_str()
            }
            _ => name,
        };
        found.push('/');
        found.push_str(name);
        at = body.pointer(&found)?;
    }
    Some(found)
}
