//! The published document as a list of operations, so that a test can try each of them.

use reqwest::Method;
use serde_json::Value;

pub struct Operation {
    pub method: Method,
    pub path: String,
    pub id: String,
    /// What the document says of it.
    pub told: Value,
}

impl Operation {
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        self.told["parameters"].as_array()?.iter().find(|parameter| parameter["name"] == name)
    }

    pub fn requires(&self, name: &str) -> bool {
        self.parameter(name).is_some_and(|parameter| parameter["required"] == true)
    }

    /// Rather than for people of tenants.
    pub fn is_for_operators(&self) -> bool {
        self.path.starts_with("/api/v1/platform/")
    }

    pub fn is_public(&self) -> bool {
        self.told.get("x-public").is_some()
    }

    /// One thing, as it is now. A file has no version.
    pub fn is_single(&self) -> bool {
        let json = self.told.pointer("/responses/200/content/application~1json");
        self.method == Method::GET && json.is_some() && self.parameter("cursor").is_none()
    }

    pub fn successes(&self) -> impl Iterator<Item = &str> {
        let responses = self.told["responses"].as_object().into_iter().flatten();
        responses.map(|(status, _)| status.as_str()).filter(|status| status.starts_with('2'))
    }

    pub fn json_body(&self) -> Option<&Value> {
        self.told.pointer("/requestBody/content/application~1json/schema")
    }

    /// A list that needs nothing but a credential.
    pub fn is_plain_list(&self) -> bool {
        self.parameter("cursor").is_some() && !self.path.contains('{')
    }

    /// `/inventory/items` of `/api/v1/inventory/items/{id}/receipts`.
    pub fn collection(&self) -> &str {
        let path = self.path.trim_start_matches("/api/v1");
        path.split("/{").next().unwrap_or(path)
    }
}

/// All that people and programs of tenants do; what operators of the installation do is walked in `platform.rs`.
pub fn operations(document: &Value) -> Vec<Operation> {
    all(document).into_iter().filter(|operation| !operation.is_for_operators()).collect()
}

pub fn all(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, told) in item.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let id = told["operationId"].as_str().unwrap_or_default().to_owned();
            all.push(Operation { method, path: path.clone(), id, told: told.clone() });
        }
    }
    all
}
