//! A `PATCH` is a JSON merge patch (RFC 7396), by either media type: what is absent stays, and what is `null` becomes
//! what it is where nobody has said a word of it.

use super::Walk;
use super::ask::{Ask, Body, Call};
use crate::document::Operation;
use crate::tenant::id;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const MERGE_PATCH: &str = "application/merge-patch+json";

/// What is changed and not made, so that it cannot be had empty and full. It may only shrink.
const NOT_MADE: [(&str, &str); 3] = [
    ("inventory_patch_lot", "a lot comes with its first receipt"),
    ("users_patch_member", "a member comes by an invitation"),
    ("users_patch_policy", "every tenant has one from its beginning"),
];

/// What goes with another field that is emptied. It may only shrink.
const GOES_WITH: [(&str, &str, &str, &str); 1] =
    [("inventory_patch_item", "family_id", "options", "the options are those of the family")];

impl Walk {
    pub async fn merge_patch(&self) {
        for patch in self.operations.iter().filter(|operation| operation.method == Method::PATCH) {
            self.either_media_type(patch).await;
            self.what_must_stay(patch).await;
            self.nulls(patch).await;
        }
    }

    async fn either_media_type(&self, patch: &Operation) {
        let good = self.good(patch).await;
        let path = &good.call.path;
        let before = self.owner.client.get(path).await.expect(200);
        let merged = Ask { content_type: Some(MERGE_PATCH), ..good.again() };
        let merged = self.send(patch, &merged).await;
        let plain = self.send(patch, &good.again()).await;
        self.require(merged.status == 200 && plain.status == 200, || {
            format!("{}: {MERGE_PATCH}: {merged:?}\n  application/json: {plain:?}", patch.id)
        });
        let said = good.call.json().unwrap_or(&Value::Null);
        let (merged, plain) = (merged.json(), plain.json());
        for (name, _) in self.schemas.fields(patch) {
            let expected = match said.get(name) {
                None => &before[name],
                Some(text) if text.is_string() => text,
                // It may be shown with more than was said.
                Some(_) => &merged[name],
            };
            self.require(merged[name] == *expected && plain[name] == merged[name], || {
                format!("{}: {name} was {}, then {merged}, then {plain}", patch.id, before[name])
            });
        }
    }

    /// What cannot be left out cannot be taken away.
    async fn what_must_stay(&self, patch: &Operation) {
        let good = self.good(patch).await;
        for (name, _) in self.schemas.fields(patch).into_iter().filter(|(_, may_be_null)| !may_be_null) {
            let told = self.send(patch, &good.again().body(json!({ name: null }))).await;
            let pointer = format!("/{name}");
            let errors = told.json()["errors"].clone();
            let named = errors.as_array().into_iter().flatten().any(|error| error["pointer"] == pointer);
            self.require([400, 422].contains(&told.status.as_u16()) && named, || {
                format!("{}: {name} may not be null, and null was told {told:?}", patch.id)
            });
        }
    }

    async fn nulls(&self, patch: &Operation) {
        let fields = self.schemas.fields(patch);
        let nullable = fields.iter().filter(|(_, may_be_null)| *may_be_null);
        let nullable: Vec<&str> = nullable.map(|(name, _)| *name).collect();
        if nullable.is_empty() {
            return;
        }
        if NOT_MADE.iter().any(|(name, _)| *name == patch.id) {
            return;
        }
        let Some(create) = self.at(&Method::POST, patch.path.trim_end_matches("/{id}")) else {
            return self.require(false, || format!("{}: nobody can make what it changes", patch.id));
        };
        let (empty, mut shown) = self.empty_and_full(create, &nullable).await;
        let path = patch.path.replace("{id}", &id(&shown));
        for emptied in nullable {
            self.require(shown[emptied] != empty[emptied], || {
                format!("{}: say in its example what {emptied} may be, so that null can be tried", create.id)
            });
            let ask = Call::to(&path).with(json!({ emptied: null })).ask(patch);
            let told = self.send(patch, &Ask { content_type: Some(MERGE_PATCH), ..ask }).await;
            if told.status != 200 {
                self.require(false, || format!("{}: {emptied}: null was told {told:?}", patch.id));
                continue;
            }
            let now = told.json();
            for &(name, _) in &fields {
                let goes_with = |(of, with, goes, _): &(&str, &str, &str, &str)| {
                    (*of, *with, *goes) == (patch.id.as_str(), emptied, name)
                };
                let goes = name == emptied || GOES_WITH.iter().any(goes_with);
                let expected = if goes { &empty[name] } else { &shown[name] };
                self.require(now[name] == *expected, || {
                    format!("{}: {emptied}: null: {name} is not {expected}: {now}", patch.id)
                });
            }
            shown = now;
        }
    }

    /// One that was made with what it must have, and one with all of these besides, as the example has them.
    async fn empty_and_full(&self, create: &Operation, names: &[&str]) -> (Value, Value) {
        let schema = self.schemas.body(create);
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let mut ask = self.good(create).await;
        if let Body::Json(Value::Object(fields)) = &mut ask.call.body {
            fields.retain(|name, _| required.iter().any(|must| must == name));
        }
        let empty = self.send(create, &ask).await.expect(201);
        let mut ask = self.good(create).await;
        if let Body::Json(Value::Object(fields)) = &mut ask.call.body {
            for name in names.iter().copied() {
                let value = fields.get(name).unwrap_or(&schema["example"][name]).clone();
                if !value.is_null() {
                    fields.insert(name.to_owned(), another(name, value, &empty[name]));
                }
            }
        }
        (empty, self.send(create, &ask).await.expect(201))
    }
}

/// What cannot be taken for the empty one, nor be taken already.
fn another(name: &str, value: Value, empty: &Value) -> Value {
    match value {
        Value::String(_) if name == "external_id" => json!(Uuid::new_v4().simple().to_string()),
        Value::String(text) if *empty == text => json!(format!("{text} 2")),
        Value::Bool(yes) if *empty == yes => json!(!yes),
        other => other,
    }
}
