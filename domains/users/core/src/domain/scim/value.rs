//! A value as an attribute has it, of what a directory sent: names spelt as the schema has them, what is unknown or given by us
//! alone left out, and the liberties that Entra and Okta take put right.

use crate::domain::scim::refusal::Refusal;
use crate::domain::scim::schema::{Attribute, Kind};
use serde_json::{Map, Value};

/// Of a text.
const MAX_LENGTH: usize = 1_000;
/// Of values of one attribute, members included.
pub const MAX_VALUES: usize = 5_000;

/// `None`: there is nothing in it, so the attribute is without a value.
pub fn of(attribute: &Attribute, sent: Value) -> Result<Option<Value>, Refusal> {
    if !attribute.many {
        return one(attribute, sent);
    }
    let all = match sent {
        Value::Array(all) => all,
        Value::Null => return Ok(None),
        single => vec![single],
    };
    if all.len() > MAX_VALUES {
        return Err(Refusal::TooMany(format!("{} has at most {MAX_VALUES} values.", attribute.name)));
    }
    let mut values = Vec::new();
    for value in all {
        values.extend(one(attribute, value)?);
    }
    Ok((!values.is_empty()).then_some(Value::Array(values)))
}

/// One of its values, of an attribute that has many.
pub fn one(attribute: &Attribute, sent: Value) -> Result<Option<Value>, Refusal> {
    let wrong = |wanted: &str| Err(Refusal::InvalidValue(format!("{} must be {wanted}.", attribute.name)));
    match (attribute.kind, sent) {
        (_, Value::Null) => Ok(None),
        // Entra sends a list of one where there is one.
        (_, Value::Array(mut all)) if all.len() <= 1 => {
            all.pop().map_or(Ok(None), |only| one(attribute, only))
        }
        (Kind::Complex, Value::Object(parts)) => complex(attribute, parts),
        // The id of a manager, without the object around it.
        (Kind::Complex, Value::String(text)) => match attribute.part("value") {
            Some(_) => complex(attribute, Map::from_iter([("value".to_owned(), Value::String(text))])),
            None => wrong("an object"),
        },
        (Kind::Complex, _) => wrong("an object"),
        (Kind::Boolean, Value::Bool(value)) => Ok(Some(Value::Bool(value))),
        // As Entra has them: "True", "False".
        (Kind::Boolean, Value::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" => Ok(Some(Value::Bool(true))),
            "false" => Ok(Some(Value::Bool(false))),
            _ => wrong("true or false"),
        },
        (Kind::Boolean, _) => wrong("true or false"),
        (Kind::Text | Kind::Reference | Kind::DateTime, Value::String(text)) => line(attribute, &text),
        (Kind::Text | Kind::Reference | Kind::DateTime, _) => wrong("a text"),
    }
}

fn complex(attribute: &Attribute, sent: Map<String, Value>) -> Result<Option<Value>, Refusal> {
    let mut parts = Map::new();
    for (name, value) in sent {
        let Some(part) = attribute.part(&name).filter(|part| !part.read_only) else { continue };
        if let Some(value) = of(part, value)? {
            parts.insert(part.name.to_owned(), value);
        }
    }
    Ok((!parts.is_empty()).then_some(Value::Object(parts)))
}

/// Without the spaces around it; an empty one is none.
fn line(attribute: &Attribute, text: &str) -> Result<Option<Value>, Refusal> {
    let text = text.trim();
    let name = attribute.name;
    if text.chars().count() > MAX_LENGTH {
        return Err(Refusal::InvalidValue(format!("{name} must have at most {MAX_LENGTH} characters.")));
    }
    if text.chars().any(char::is_control) {
        return Err(Refusal::InvalidValue(format!("{name} must not hold control characters.")));
    }
    Ok((!text.is_empty()).then(|| Value::String(text.to_owned())))
}

/// Of the values of one attribute the last that says so is the primary one.
pub fn keep_one_primary(values: &mut [Value]) {
    let is_primary = |value: &Value| value.get("primary") == Some(&Value::Bool(true));
    let Some(last) = values.iter().rposition(is_primary) else { return };
    for value in values.iter_mut().take(last).filter(|value| is_primary(value)) {
        value["primary"] = Value::Bool(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scim::schema::{GROUPS, USERS};
    use serde_json::json;

    fn check(name: &str, sent: Value, expected: Result<Value, ()>) {
        let place = USERS.place(None, name).or_else(|| GROUPS.place(None, name)).unwrap();
        let found = of(place.attribute, sent.clone()).map(Option::unwrap_or_default);
        assert_eq!(found.map_err(drop), expected, "{name} {sent}");
    }

    #[test]
    fn values_are_put_right() {
        check("active", json!("False"), Ok(json!(false)));
        check("active", json!("yes"), Err(()));
        check("active", json!(1), Err(()));
        check("userName", json!(" ada "), Ok(json!("ada")));
        check("userName", json!(""), Ok(Value::Null));
        check("userName", json!(7), Err(()));
        check("userName", json!("a\nb"), Err(()));
        check(
            "name",
            json!({ "GIVENNAME": "Ada", "nick": "A", "familyName": null }),
            Ok(json!({ "givenName": "Ada" })),
        );
        check("name", json!("Ada"), Err(()));
        check("manager", json!("26118915"), Ok(json!({ "value": "26118915" })));
        check("manager", json!([{ "value": "7", "displayName": "Eve" }]), Ok(json!({ "value": "7" })));
        check("manager", json!([]), Ok(Value::Null));
        check(
            "emails",
            json!({ "value": "a@b.example", "Type": "work" }),
            Ok(json!([{ "value": "a@b.example", "type": "work" }])),
        );
        check("members", json!([{ "value": "1" }, "2"]), Ok(json!([{ "value": "1" }, { "value": "2" }])));
        check("members", json!(vec!["1"; MAX_VALUES + 1]), Err(()));
    }
}
