//! Which attributes of a resource are told: those that are asked for, or all but those that are not wanted (RFC 7644 §3.9). The
//! id and the schemas always are.

use crate::domain::scim::Document;
use crate::domain::scim::path::AttributePath;
use crate::domain::scim::refusal::Refusal;
use crate::domain::scim::schema::{Attribute, Place, Resource};
use serde_json::Value;

const MAX_NAMES: usize = 100;

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Projection {
    #[default]
    All,
    Only(Vec<AttributePath>),
    Without(Vec<AttributePath>),
}

impl Projection {
    /// Of two lists of names, of which one may be there.
    pub fn of(attributes: &[&str], excluded: &[&str]) -> Result<Self, Refusal> {
        match (names(attributes)?, names(excluded)?) {
            (only, without) if only.is_empty() && without.is_empty() => Ok(Self::All),
            (only, without) if without.is_empty() => Ok(Self::Only(only)),
            (only, without) if only.is_empty() => Ok(Self::Without(without)),
            _ => Err(Refusal::InvalidValue("Send attributes or excludedAttributes, not both.".to_owned())),
        }
    }

    pub fn tells(&self, resource: &Resource, name: &str) -> bool {
        let named = |paths: &[AttributePath], whole: bool| {
            paths.iter().any(|path| {
                (path.part.is_none() || !whole)
                    && path.place(resource).is_some_and(|place| place.attribute.name == name)
            })
        };
        match self {
            Self::All => true,
            Self::Only(paths) => named(paths, false),
            Self::Without(paths) => !named(paths, true),
        }
    }

    pub fn apply(&self, resource: &Resource, mut document: Document) -> Document {
        match self {
            Self::All => document,
            Self::Without(paths) => {
                for path in paths {
                    exclude(resource, &mut document, path);
                }
                document
            }
            Self::Only(paths) => {
                let mut told = Document::new();
                for name in ["schemas", "id"] {
                    told.extend(document.remove_entry(name));
                }
                for path in paths {
                    include(resource, &document, &mut told, path);
                }
                told
            }
        }
    }
}

/// What names nothing here is left out; what is no name at all is refused.
fn names(sent: &[&str]) -> Result<Vec<AttributePath>, Refusal> {
    let sent = sent.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|name| !name.is_empty());
    let paths = sent.map(|name| {
        let path = AttributePath::parse(name);
        path.ok_or_else(|| Refusal::InvalidPath("attributes are names such as name.givenName.".to_owned()))
    });
    let paths: Vec<_> = paths.take(MAX_NAMES + 1).collect::<Result<_, _>>()?;
    if paths.len() > MAX_NAMES {
        return Err(Refusal::TooMany(format!("At most {MAX_NAMES} attributes are named.")));
    }
    Ok(paths)
}

fn exclude(resource: &Resource, document: &mut Document, path: &AttributePath) {
    if path.name.is_empty() {
        if let Some(extension) = path.schema.as_deref().and_then(|urn| resource.extension(urn)) {
            document.remove(extension.urn);
        }
        return;
    }
    let Some(Place { extension, attribute }) = path.place(resource) else { return };
    if ["id", "schemas"].contains(&attribute.name) {
        return;
    }
    let holder = match extension {
        None => Some(document),
        Some(extension) => document.get_mut(extension.urn).and_then(Value::as_object_mut),
    };
    let Some(holder) = holder else { return };
    match &path.part {
        None => drop(holder.remove(attribute.name)),
        Some(part) => {
            if let (Some(part), Some(held)) = (attribute.part(part), holder.get_mut(attribute.name)) {
                each(held, |parts| drop(parts.remove(part.name)));
            }
        }
    }
}

fn include(resource: &Resource, from: &Document, told: &mut Document, path: &AttributePath) {
    if path.name.is_empty() {
        if let Some(extension) = path.schema.as_deref().and_then(|urn| resource.extension(urn))
            && let Some(held) = from.get(extension.urn)
        {
            told.insert(extension.urn.to_owned(), held.clone());
        }
        return;
    }
    let Some(Place { extension, attribute }) = path.place(resource) else { return };
    let held = match extension {
        None => from.get(attribute.name),
        Some(extension) => from.get(extension.urn).and_then(|held| held.get(attribute.name)),
    };
    let Some(held) = held else { return };
    let holder = match extension {
        None => told,
        Some(extension) => {
            let holder = told.entry(extension.urn).or_insert_with(|| Value::Object(Document::new()));
            let Some(holder) = holder.as_object_mut() else { return };
            holder
        }
    };
    let known = holder.remove(attribute.name);
    let value = match path.part.as_deref().and_then(|part| attribute.part(part)) {
        // Several parts of one attribute may be asked for, each by itself.
        Some(part) => with_part(attribute, held, known, part),
        None if path.part.is_some() => return,
        None => held.clone(),
    };
    holder.insert(attribute.name.to_owned(), value);
}

fn with_part(attribute: &Attribute, held: &Value, known: Option<Value>, part: &Attribute) -> Value {
    let has = |value: &Option<Value>, at: Option<usize>, name: &str| {
        let value = match (value, at) {
            (Some(Value::Array(all)), Some(at)) => all.get(at),
            (value, _) => value.as_ref(),
        };
        value.is_some_and(|value| value.get(name).is_some())
    };
    let only = |value: &Value, at: Option<usize>| {
        let parts =
            attribute.parts.iter().filter(|other| other.name == part.name || has(&known, at, other.name));
        let parts = parts.filter_map(|part| Some((part.name.to_owned(), value.get(part.name)?.clone())));
        Value::Object(parts.collect())
    };
    match held {
        Value::Array(all) => all.iter().enumerate().map(|(at, value)| only(value, Some(at))).collect(),
        one => only(one, None),
    }
}

fn each(value: &mut Value, mut change: impl FnMut(&mut Document)) {
    match value {
        Value::Array(all) => all.iter_mut().filter_map(Value::as_object_mut).for_each(change),
        Value::Object(parts) => change(parts),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scim::schema::{ENTERPRISE, USERS};
    use serde_json::json;

    fn check(attributes: &str, excluded: &str, expected: &Value) {
        let ada = json!({
            "schemas": ["s"], "id": "1", "userName": "ada", "name": { "givenName": "Ada", "familyName": "L" },
            "emails": [{ "value": "a@b.example", "type": "work" }], ENTERPRISE: { "manager": { "value": "2" } },
        });
        let projection = Projection::of(&[attributes], &[excluded]).unwrap();
        let told = projection.apply(&USERS, ada.as_object().unwrap().clone());
        assert_eq!(&Value::Object(told), expected, "{attributes} / {excluded}");
    }

    #[test]
    fn what_is_asked_for_is_told() {
        check("USERNAME", "", &json!({ "schemas": ["s"], "id": "1", "userName": "ada" }));
        check(
            "name.givenName, name.familyName,nickName",
            "",
            &json!({ "schemas": ["s"], "id": "1", "name": { "givenName": "Ada", "familyName": "L" } }),
        );
        check(
            "emails.type,manager",
            "",
            &json!({
                "schemas": ["s"], "id": "1", "emails": [{ "type": "work" }],
                ENTERPRISE: { "manager": { "value": "2" } },
            }),
        );
        let manager = format!("{ENTERPRISE}:manager");
        check(
            "",
            &format!("id,name,emails.value,userName,{manager}"),
            &json!({ "schemas": ["s"], "id": "1", "emails": [{ "type": "work" }], ENTERPRISE: {} }),
        );
        let both = Projection::of(&["id"], &["name"]);
        assert!(matches!(both, Err(Refusal::InvalidValue(_))));
        assert!(matches!(Projection::of(&["a b"], &[]), Err(Refusal::InvalidPath(_))));
        let without = Projection::of(&[], &["emails"]).unwrap();
        assert!(!without.tells(&USERS, "emails") && without.tells(&USERS, "name"));
    }
}
