//! The document's schemas: what a body must match, and where in a body there is an id.

use crate::client::Told;
use crate::document::Operation;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

pub struct Schemas {
    document: Value,
    /// By the pointer to the response.
    validators: Mutex<BTreeMap<String, Arc<Validator>>>,
}

impl Schemas {
    pub fn new(document: Value) -> Self {
        Self { document, validators: Mutex::default() }
    }

    /// How the answer differs from what the document says of it.
    pub fn faults(&self, operation: &Operation, told: &Told) -> Vec<String> {
        let status = told.status.as_str();
        if status == "304" {
            return Vec::new();
        }
        let response = self.resolved(&operation.told["responses"][status]);
        if response.is_null() {
            return vec![format!("{status} is not documented: {}", told.text)];
        }
        let Some(contents) = response["content"].as_object() else {
            return if told.text.is_empty() { vec![] } else { vec![format!("{status} has a body")] };
        };
        let content_type = told.headers.get("content-type").and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default();
        let Some(content) = contents.get(content_type.split(';').next().unwrap_or_default()) else {
            return vec![format!("{status} is {content_type:?}, which is not documented")];
        };
        if !content_type.ends_with("json") || content_type.ends_with("ndjson") {
            return Vec::new();
        }
        let name = match operation.told["responses"][status]["$ref"].as_str() {
            Some(shared) => shared.to_owned(),
            None => format!("{} {status}", operation.id),
        };
        let validator = self.validator(name, &content["schema"]);
        let body = told.json();
        let tell = |error: jsonschema::ValidationError<'_>| {
            format!("{status}: {error} at {}", error.instance_path())
        };
        validator.iter_errors(&body).map(tell).collect()
    }

    /// Every place of a request's body where there is a UUID, as a pointer: `/lines/0/price_id`.
    pub fn ids_in_body(&self, operation: &Operation) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(schema) = operation.json_body() {
            self.collect(schema, String::new(), &mut |pointer, schema| {
                if schema["format"] == "uuid" {
                    found.push(pointer.to_owned());
                }
            });
        }
        found
    }

    /// Every object of a request's body that takes no other fields than its own; the body is the first. Where it
    /// stands, and its schema.
    pub fn closed_objects(&self, operation: &Operation) -> Vec<(String, String)> {
        let mut found = Vec::new();
        if let Some(schema) = operation.json_body() {
            self.collect(schema, String::new(), &mut |pointer, schema| {
                if schema["additionalProperties"] == false {
                    found.push((pointer.to_owned(), schema.to_string()));
                }
            });
        }
        found
    }

    /// Every place of a request's body that takes fields nobody has named.
    pub fn open_objects(&self, operation: &Operation) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(schema) = operation.json_body() {
            self.collect(schema, String::new(), &mut |pointer, schema| {
                if may_be_object(schema) && schema["additionalProperties"] != false && !is_map(schema) {
                    found.push(pointer.to_owned());
                }
            });
        }
        found
    }

    /// The fields of a request's body by name, and whether each may be null.
    pub fn fields<'a>(&'a self, operation: &'a Operation) -> Vec<(&'a str, bool)> {
        let body = self.body(operation);
        let fields = body["properties"].as_object().into_iter().flatten();
        fields.map(|(name, schema)| (name.as_str(), self.may_be_null(schema))).collect()
    }

    /// Of a request; `Null` where it has none.
    pub fn body<'a>(&'a self, operation: &'a Operation) -> &'a Value {
        operation.json_body().map_or(&Value::Null, |schema| self.resolved(schema))
    }

    /// What a read shows: the resource, or each row of a list.
    pub fn shown<'a>(&'a self, operation: &'a Operation) -> &'a Value {
        let response = self.resolved(&operation.told["responses"]["200"]);
        let whole = self.resolved(&response["content"]["application/json"]["schema"]);
        whole.pointer("/properties/data/items").map_or(whole, |row| self.resolved(row))
    }

    /// Whether all that is shown so has this field, as text of this format.
    pub fn always_has(&self, schema: &Value, name: &str, format: &str) -> bool {
        let schema = self.resolved(schema);
        let required = schema["required"].as_array().into_iter().flatten().any(|field| field == name);
        let field = self.resolved(&schema["properties"][name]);
        let has = required && field["type"] == "string" && field["format"] == format;
        let mut parts = schema["allOf"].as_array().into_iter().flatten();
        has || parts.any(|part| self.always_has(part, name, format))
    }

    fn may_be_null(&self, schema: &Value) -> bool {
        let schema = self.resolved(schema);
        let null = match &schema["type"] {
            Value::Array(types) => types.contains(&json!("null")),
            of_one => of_one == "null",
        };
        let several = ["oneOf", "anyOf"].map(|several| schema[several].as_array());
        null || several.into_iter().flatten().flatten().any(|one| self.may_be_null(one))
    }

    pub fn is_id(&self, parameter: &Value) -> bool {
        let mut is = false;
        self.collect(&parameter["schema"], String::new(), &mut |_, schema| is |= schema["format"] == "uuid");
        is
    }

    fn collect(&self, schema: &Value, pointer: String, see: &mut dyn FnMut(&str, &Value)) {
        let schema = self.resolved(schema);
        see(&pointer, schema);
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            self.collect(property, format!("{pointer}/{name}"), see);
        }
        if schema["items"].is_object() {
            self.collect(&schema["items"], format!("{pointer}/0"), see);
        }
        if schema["additionalProperties"].is_object() {
            self.collect(&schema["additionalProperties"], format!("{pointer}/any"), see);
        }
        for several in ["oneOf", "anyOf", "allOf"] {
            for one in schema[several].as_array().into_iter().flatten() {
                self.collect(one, pointer.clone(), see);
            }
        }
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => {
                self.document.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null)
            }
            None => value,
        }
    }

    fn validator(&self, name: String, schema: &Value) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap();
        let validator = validators.entry(name).or_insert_with(|| {
            let whole = json!({ "allOf": [schema], "components": self.document["components"] });
            let validator = jsonschema::options().should_validate_formats(true).build(&whole);
            Arc::new(validator.unwrap_or_else(|error| panic!("{schema}: {error}")))
        });
        validator.clone()
    }
}

/// What does not say what it is may be anything.
fn may_be_object(schema: &Value) -> bool {
    match &schema["type"] {
        Value::String(one) => one == "object",
        Value::Array(types) => types.contains(&json!("object")),
        _ => !["oneOf", "anyOf", "allOf", "enum", "const"].iter().any(|word| schema.get(*word).is_some()),
    }
}

/// Its names are the caller's, and it says what each of them has.
fn is_map(schema: &Value) -> bool {
    let says = schema["additionalProperties"].as_object().is_some_and(|value| !value.is_empty());
    says && schema.get("properties").is_none()
}
