//! A document's schemas in a form that can be compared: references followed, `allOf` merged, the alternatives of
//! `oneOf` and `anyOf` spread out, and `null` told apart from them. Safe on schemas that contain themselves.

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// More alternatives than any schema has; beyond it they are compared as one.
const MOST_ALTERNATIVES: usize = 64;

/// What says nothing about which values are valid.
const WORDS: [&str; 8] =
    ["title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"];

#[derive(Clone, Copy)]
pub struct Document<'a>(pub &'a Value);

pub struct Alternatives {
    pub nullable: bool,
    /// Without those that are only `null`; a plain reference stays one.
    pub schemas: Vec<Value>,
}

impl<'a> Document<'a> {
    /// The value a reference leads to, itself when it is none, `null` when it leads nowhere.
    pub fn resolve(self, value: &'a Value) -> &'a Value {
        let mut found = value;
        for _ in 0..16 {
            let Some(target) = reference(found) else { return found };
            found = self.target(target);
        }
        &Value::Null
    }

    /// The same for a value that is not borrowed from the document.
    pub fn resolved(self, value: &Value) -> Value {
        match reference(value) {
            Some(target) => self.resolve(self.target(target)).clone(),
            None => value.clone(),
        }
    }

    pub fn alternatives(self, schema: &Value) -> Alternatives {
        let spread = self.spread(schema, &mut Vec::new());
        let nullable = spread.iter().any(|one| self.allows_null(one));
        let schemas = spread.into_iter().filter_map(|one| self.without_null(one)).collect();
        Alternatives { nullable, schemas }
    }

    /// The schema as one object: its reference followed, its `allOf` merged in.
    pub fn flat(self, schema: &Value) -> Map<String, Value> {
        let mut flat = Map::new();
        self.merge(schema, &mut flat, &mut Vec::new());
        flat
    }

    fn spread(self, schema: &Value, seen: &mut Vec<String>) -> Vec<Value> {
        if let Some(target) = pure_reference(schema) {
            if seen.iter().any(|one| one == target) {
                return vec![schema.clone()];
            }
            seen.push(target.to_owned());
            let found = self.spread(self.target(target), seen);
            seen.pop();
            return if found.len() > 1 { found } else { vec![schema.clone()] };
        }
        let Some(object) = schema.as_object() else { return vec![schema.clone()] };
        let mut rest = object.clone();
        let mut choices: Vec<Vec<Value>> = Vec::new();
        for word in ["oneOf", "anyOf"] {
            if let Some(Value::Array(list)) = rest.remove(word) {
                choices.push(list.iter().flat_map(|one| self.spread(one, seen)).collect());
            }
        }
        if let Some(Value::Array(parts)) = rest.get("allOf") {
            let parts: Vec<Vec<Value>> = parts.iter().map(|part| self.spread(part, seen)).collect();
            if parts.iter().any(|part| part.len() > 1) {
                rest.remove("allOf");
                choices.extend(parts);
            }
        }
        let ways: usize = choices.iter().map(Vec::len).product();
        if choices.is_empty() || ways > MOST_ALTERNATIVES {
            return vec![schema.clone()];
        }
        let says_nothing = rest.keys().all(|key| WORDS.contains(&key.as_str()) || key.starts_with("x-"));
        let first = if says_nothing { Vec::new() } else { vec![Value::Object(rest)] };
        let mut products = vec![first];
        for choice in choices {
            products = products
                .iter()
                .flat_map(|parts| {
                    choice.iter().map(move |one| parts.iter().chain([one]).cloned().collect::<Vec<_>>())
                })
                .collect();
        }
        let joined = products.into_iter().map(|mut parts| match parts.len() {
            1 => parts.remove(0),
            _ => json!({ "allOf": parts }),
        });
        joined.collect()
    }

    fn merge(self, schema: &Value, into: &mut Map<String, Value>, seen: &mut Vec<String>) {
        let Some(object) = schema.as_object() else { return };
        if let Some(target) = reference(schema)
            && !seen.iter().any(|one| one == target)
        {
            seen.push(target.to_owned());
            self.merge(self.target(target), into, seen);
            seen.pop();
        }
        for part in object.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.merge(part, into, seen);
        }
        for (key, value) in object.iter().filter(|(key, _)| !["$ref", "allOf"].contains(&key.as_str())) {
            let merged = match into.remove(key) {
                Some(before) => both(key, before, value.clone()),
                None => value.clone(),
            };
            into.insert(key.clone(), merged);
        }
    }

    /// `None` of one that is only `null`.
    fn without_null(self, schema: Value) -> Option<Value> {
        let Some(mut types) = types(&self.flat(&schema)).filter(|types| types.contains("null")) else {
            return Some(schema);
        };
        types.remove("null");
        if types.is_empty() { None } else { Some(json!({ "allOf": [schema], "type": types })) }
    }

    fn target(self, reference: &str) -> &'a Value {
        reference.strip_prefix('#').and_then(|pointer| self.0.pointer(pointer)).unwrap_or(&Value::Null)
    }

    fn allows_null(self, schema: &Value) -> bool {
        types(&self.flat(schema)).is_some_and(|types| types.contains("null"))
    }
}

/// The references to components that say something else now, be it through others.
pub fn changed(old: Document<'_>, new: Document<'_>) -> BTreeSet<String> {
    let all = |document: Document<'_>| -> BTreeMap<String, Value> {
        let kinds = document.0["components"].as_object().into_iter().flatten();
        let named = kinds.flat_map(|(kind, listed)| {
            let listed = listed.as_object().into_iter().flatten();
            listed.map(move |(name, value)| (format!("#/components/{kind}/{name}"), value.clone()))
        });
        named.collect()
    };
    let (before, after) = (all(old), all(new));
    let differs = |(name, value): &(&String, &Value)| after.get(*name) != Some(*value);
    let mut changed: BTreeSet<String> = before.iter().filter(differs).map(|(name, _)| name.clone()).collect();
    loop {
        let known = changed.len();
        let through =
            before.iter().filter(|(_, value)| mentions(value, &changed)).map(|(name, _)| name.clone());
        let through: Vec<String> = through.collect();
        changed.extend(through);
        if changed.len() == known {
            return changed;
        }
    }
}

/// Whether one of these references is anywhere inside.
pub fn mentions(value: &Value, references: &BTreeSet<String>) -> bool {
    match value {
        Value::Object(object) => {
            reference(value).is_some_and(|target| references.contains(target))
                || object.values().any(|inner| mentions(inner, references))
        }
        Value::Array(list) => list.iter().any(|inner| mentions(inner, references)),
        _ => false,
    }
}

/// `CustomerDto` of a schema that is nothing but a reference to it; a description beside it does not count.
pub fn component(schema: &Value) -> Option<&str> {
    pure_reference(schema)?.rsplit('/').next()
}

/// `None` when any type is valid.
pub fn types(flat: &Map<String, Value>) -> Option<BTreeSet<String>> {
    match flat.get("type") {
        Some(Value::String(one)) => Some([one.clone()].into()),
        Some(Value::Array(several)) => {
            Some(several.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        _ if flat.contains_key("properties") => Some(["object".to_owned()].into()),
        _ if flat.contains_key("items") => Some(["array".to_owned()].into()),
        _ => None,
    }
}

/// The values an `enum` or a `const` leaves, `null` apart.
pub fn values(flat: &Map<String, Value>) -> Option<Vec<Value>> {
    let listed = match (flat.get("enum"), flat.get("const")) {
        (_, Some(only)) => vec![only.clone()],
        (Some(Value::Array(several)), None) => several.clone(),
        _ => return None,
    };
    Some(listed.into_iter().filter(|value| !value.is_null()).collect())
}

pub fn required(flat: &Map<String, Value>) -> BTreeSet<String> {
    let names = flat.get("required").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}

pub fn properties(flat: &Map<String, Value>) -> Map<String, Value> {
    flat.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
}

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str)
}

fn pure_reference(schema: &Value) -> Option<&str> {
    let others = schema.as_object()?.keys().all(|key| key == "$ref" || WORDS.contains(&key.as_str()));
    if others { reference(schema) } else { None }
}

/// What holds when both hold, of one key.
fn both(key: &str, one: Value, other: Value) -> Value {
    match (key, one, other) {
        ("properties", Value::Object(mut one), Value::Object(other)) => {
            for (name, schema) in other {
                let merged = match one.remove(&name) {
                    Some(before) if before != schema => json!({ "allOf": [before, schema] }),
                    _ => schema,
                };
                one.insert(name, merged);
            }
            Value::Object(one)
        }
        ("required", Value::Array(mut one), Value::Array(other)) => {
            one.extend(other);
            Value::Array(one)
        }
        (_, _, other) => other,
    }
}
