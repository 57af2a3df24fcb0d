//! On PostgreSQL a read takes one message: role, tenant, the prepared statement and the end of the transaction go
//! together; and the last statement of a unit goes with its COMMIT. sqlx would send and await each by itself, which
//! costs more than the read. So these statements are prepared by a name of our own and called with literals.
//!
//! Each read is a transaction: at READ COMMITTED each has a snapshot of its own anyway.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use sea_orm::Value;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{PoisonError, RwLock};

/// A connection keeps the plan of each; what comes later is prepared by sqlx, which forgets the oldest.
const MOST_NAMES: usize = 256;

/// The names of one domain's statements: a text means other tables in another's schema.
pub(crate) struct Names {
    domain: &'static str,
    numbers: RwLock<HashMap<String, usize>>,
}

/// A statement's name, and the texts to prepare it by and to call it with these values.
pub(crate) struct Call {
    pub name: String,
    pub prepare: String,
    pub execute: String,
}

impl Names {
    pub fn new(domain: &'static str) -> Self {
        Self { domain, numbers: RwLock::default() }
    }

    /// `None` for a value that has no literal here, and when there are enough names.
    pub fn call(&self, sql: &str, values: &[Value]) -> Option<Call> {
        let mut arguments = String::new();
        let mut types = Vec::with_capacity(values.len());
        for value in values {
            let separator = if types.is_empty() { "" } else { ", " };
            arguments.push_str(separator);
            types.push(literal(value, &mut arguments)?);
        }
        let types = types.join(", ");
        let number = self.number(&format!("({types}) {sql}"))?;
        let name = format!("{}_{number}", self.domain);
        let parenthesized = |list: &str| if list.is_empty() { String::new() } else { format!("({list})") };
        Some(Call {
            prepare: format!("PREPARE {name}{} AS {sql}", parenthesized(&types)),
            execute: format!("EXECUTE {name}{}", parenthesized(&arguments)),
            name,
        })
    }

    fn number(&self, text: &str) -> Option<usize> {
        if let Some(number) = self.numbers.read().unwrap_or_else(PoisonError::into_inner).get(text) {
            return Some(*number);
        }
        let mut numbers = self.numbers.write().unwrap_or_else(PoisonError::into_inner);
        let next = numbers.len();
        match numbers.get(text) {
            Some(number) => Some(*number),
            None if next < MOST_NAMES => Some(*numbers.entry(text.to_owned()).or_insert(next)),
            None => None,
        }
    }
}

/// Writes the value as a quoted literal, whose type is the one returned.
fn literal(value: &Value, into: &mut String) -> Option<&'static str> {
    let known = match value {
        Value::Bool(value) => ("bool", value.map(|value| value.to_string())),
        Value::SmallInt(value) => ("int2", value.map(|value| value.to_string())),
        Value::Int(value) => ("int4", value.map(|value| value.to_string())),
        Value::BigInt(value) => ("int8", value.map(|value| value.to_string())),
        Value::BigUnsigned(value) => ("int8", value.map(|value| value.to_string())),
        Value::Uuid(value) => ("uuid", value.map(|value| value.to_string())),
        Value::ChronoDateTimeUtc(None) => ("timestamptz", None),
        Value::ChronoDateTimeUtc(Some(value)) => ("timestamptz", Some(time(*value)?)),
        Value::Bytes(value) => ("bytea", value.as_deref().map(hex)),
        Value::String(Some(text)) => {
            quote(text, into)?;
            return Some("text");
        }
        Value::String(None) => ("text", None),
        Value::Json(Some(json)) => {
            quote(&json.to_string(), into)?;
            return Some("jsonb");
        }
        _ => return None,
    };
    match known {
        (kind, Some(text)) => {
            write!(into, "'{text}'").ok()?;
            Some(kind)
        }
        (kind, None) => {
            into.push_str("NULL");
            Some(kind)
        }
    }
}

/// Within the years that PostgreSQL reads in this form.
fn time(value: DateTime<Utc>) -> Option<String> {
    (1..=9999).contains(&value.year()).then(|| value.to_rfc3339_opts(SecondsFormat::Micros, true))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|half| DIGITS[usize::from(half)]);
    ['\\', 'x'].into_iter().chain(digits).collect()
}

/// Every connection has `standard_conforming_strings`, so a quote is all that could end it; NUL ends the message.
fn quote(text: &str, into: &mut String) -> Option<()> {
    if text.contains('\0') {
        return None;
    }
    into.push('\'');
    for (index, part) in text.split('\'').enumerate() {
        if index > 0 {
            into.push_str("''");
        }
        into.push_str(part);
    }
    into.push('\'');
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: impl Into<Value>, expected: Option<(&str, &str)>) {
        let mut text = String::new();
        let kind = literal(&value.into(), &mut text);
        assert_eq!(kind.map(|kind| (kind, text.as_str())), expected);
    }

    #[test]
    fn a_value_is_nothing_but_a_value() {
        check("it's", Some(("text", "'it''s'")));
        check("'); DROP TABLE items; --", Some(("text", "'''); DROP TABLE items; --'")));
        check("back\\slash \\' $1", Some(("text", "'back\\slash \\'' $1'")));
        check("", Some(("text", "''")));
        check("a\0b", None);
        check(Option::<String>::None, Some(("text", "NULL")));
        check(i64::MIN, Some(("int8", "'-9223372036854775808'")));
        check(26u64, Some(("int8", "'26'")));
        check(true, Some(("bool", "'true'")));
        check(uuid::Uuid::nil(), Some(("uuid", "'00000000-0000-0000-0000-000000000000'")));
        check(vec![0u8, 0x5c, 0xff], Some(("bytea", "'\\x005cff'")));
        check(serde_json::json!({ "it's": 1 }), Some(("jsonb", "'{\"it''s\":1}'")));
        check(1.5f64, None);
        let time = DateTime::from_timestamp_micros(1_500_000).map(|at: DateTime<Utc>| at);
        check(time, Some(("timestamptz", "'1970-01-01T00:00:01.500000Z'")));
        check(DateTime::<Utc>::MAX_UTC, None);
    }

    #[test]
    fn a_text_keeps_its_name_and_there_are_not_too_many() {
        let names = Names::new("shop");
        let name = |sql: &str, values: &[Value]| names.call(sql, values).map(|call| call.name);
        let first = name("SELECT $1", &[1i64.into()]);
        assert_eq!(first.as_deref(), Some("shop_0"));
        assert_eq!(name("SELECT $1", &[2i64.into()]), first);
        assert_ne!(name("SELECT $1", &["2".into()]), first, "of another type");
        for number in 0..MOST_NAMES {
            name(&format!("SELECT {number}"), &[]);
        }
        assert_eq!(name("SELECT 'one more'", &[]), None);
        assert_eq!(name("SELECT $1", &[3i64.into()]), first);
        let call = names.call("SELECT $1", &[3i64.into()]).unwrap();
        assert_eq!(call.prepare, "PREPARE shop_0(int8) AS SELECT $1");
        assert_eq!(call.execute, "EXECUTE shop_0('3')");
    }
}
