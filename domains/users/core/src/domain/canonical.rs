//! The one spelling of a JSON value, so that its hash can be made again: JSON as RFC 8785 has it, save two things. Keys are
//! sorted by their bytes, and a number is written as serde_json writes it.

use serde_json::Value;
use std::collections::BTreeMap;

pub fn text(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, into: &mut String) {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<&str, &Value> =
                fields.iter().map(|(key, value)| (key.as_str(), value)).collect();
            into.push('{');
            for (at, (key, value)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    into.push(',');
                }
                into.push_str(&Value::from(key).to_string());
                into.push(':');
                write(value, into);
            }
            into.push('}');
        }
        Value::Array(values) => {
            into.push('[');
            for (at, value) in values.iter().enumerate() {
                if at > 0 {
                    into.push(',');
                }
                write(value, into);
            }
            into.push(']');
        }
        scalar => into.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_has_one_spelling() {
        let check = |value: Value, expected: &str| {
            assert_eq!(text(&value), expected);
            assert_eq!(text(&serde_json::from_str(expected).unwrap()), expected);
        };
        check(json!({ "b": 1, "a": { "d": [], "c": {} } }), r#"{"a":{"c":{},"d":[]},"b":1}"#);
        check(json!([1, -2.5, true, "x", null]), r#"[1,-2.5,true,"x",null]"#);
        check(json!({ "é": "\"\n\u{1}", "Z": "ü" }), r#"{"Z":"ü","é":"\"\n\u0001"}"#);
        check(json!("a\u{0}b"), r#""a\u0000b""#);
        let swapped: Value = serde_json::from_str(r#" { "y" : 2 , "x" : 1 } "#).unwrap();
        check(swapped, r#"{"x":1,"y":2}"#);
    }
}
