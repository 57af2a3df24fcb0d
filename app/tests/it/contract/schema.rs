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
        if !content_type.ends_with("json") {
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

    /// Every object of a request's body that takes no other fields than its own; the body is the first.
    pub fn closed_objects(&self, operation: &Operation) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(schema) = operation.json_body() {
            self.collect(schema, String::new(), &mut |pointer, schema| {
                if schema["additionalProperties"] == false {
                    found.push(pointer.to_owned());
                }
            });
        }
        found
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
