//! On PostgreSQL a read takes one message: role, tenant, the prepared statement and the end of the transaction go
//! together; and the last statement of a unit goes with its COMMIT. sqlx would send and await each by itself, which
//! costs more than the read. So these statements are prepared by a name of our own and called with literals.
//!
//! Each read is a transaction: at READ COMMITTED each has a snapshot of its own anyway.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use sea_orm::{Statement, Value};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// A connection keeps the plan of each; what comes later is prepared by sqlx, which forgets the oldest.
const MOST_NAMES: usize = 256;

/// The names of one domain's statements: a text means other tables in another's schema.
pub(crate) struct Names {
    domain: &'static str,
    numbers: RwLock<HashMap<String, usize>>,
}

/// A statement with its values, to be called by name.
pub(crate) struct Call<'a> {
    pub name: String,
    sql: &'a str,
    types: String,
    arguments: String,
}

impl Call<'_> {
    /// What a connection has to be told before the first call.
    pub fn prepare(&self) -> String {
        format!("PREPARE {}{} AS {}", self.name, in_parentheses(&self.types), self.sql)
    }

    pub fn execute(&self) -> String {
        format!("EXECUTE {}{}", self.name, in_parentheses(&self.arguments))
    }
}

fn in_parentheses(list: &str) -> String {
    if list.is_empty() { String::new() } else { format!("({list})") }
}

impl Names {
    pub fn new(domain: &'static str) -> Self {
        Self { domain, numbers: RwLock::default() }
    }

    /// `None` for a value that has no literal here, and when there are enough names.
    pub fn call<'a>(&self, statement: &'a Statement) -> Option<Call<'a>> {
        let values = statement.values.as_ref().map_or(&[][..], |values| &values.0);
        let mut arguments = String::new();
        let mut types = Vec::with_capacity(values.len());
        for value in values {
            if !types.is_empty() {
                arguments.push_str(", ");
            }
            types.push(literal(value, &mut arguments)?);
        }
        let (sql, types) = (&*statement.sql, types.join(", "));
        let name = format!("{}_{}", self.domain, self.number(&format!("({types}) {sql}"))?);
        Some(Call { name, sql, types, arguments })
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
    let (kind, text): (_, Option<Cow<'_, str>>) = match value {
        Value::Bool(value) => ("bool", value.map(|value| value.to_string().into())),
        Value::SmallInt(value) => ("int2", value.map(|value| value.to_string().into())),
        Value::Int(value) => ("int4", value.map(|value| value.to_string().into())),
        Value::BigInt(value) => ("int8", value.map(|value| value.to_string().into())),
        Value::BigUnsigned(value) => ("int8", value.map(|value| value.to_string().into())),
        Value::Uuid(value) => ("uuid", value.map(|value| value.to_string().into())),
        Value::ChronoDateTimeUtc(None) => ("timestamptz", None),
        Value::ChronoDateTimeUtc(Some(value)) => ("timestamptz", Some(time(*value)?.into())),
        Value::Bytes(value) => ("bytea", value.as_deref().map(|bytes| hex(bytes).into())),
        Value::String(value) => ("text", value.as_deref().map(Cow::Borrowed)),
        Value::Json(value) => ("jsonb", value.as_ref().map(|json| json.to_string().into())),
        _ => return None,
    };
    match text {
        Some(text) => quote(&text, into)?,
        None => into.push_str("NULL"),
    }
    Some(kind)
}

/// Within the years that PostgreSQL reads in this form.
fn time(value: DateTime<Utc>) -> Option<String> {
    (1..=9999).contains(&value.year()).then(|| value.to_rfc3339_opts(SecondsFormat::Micros, true))
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = digits.map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]));
    "\\x".chars().chain(digits).collect()
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
    use sea_orm::DbBackend;

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
        check(
            DateTime::<Utc>::from_timestamp_micros(1_500_000),
            Some(("timestamptz", "'1970-01-01T00:00:01.500000Z'")),
        );
        check(DateTime::<Utc>::MAX_UTC, None);
    }

    #[test]
    fn a_text_keeps_its_name_and_there_are_not_too_many() {
        let names = Names::new("shop");
        let statement = |sql: &str, values: &[Value]| {
            Statement::from_sql_and_values(DbBackend::Postgres, sql, values.iter().cloned())
        };
        let name = |sql: &str, values: &[Value]| names.call(&statement(sql, values)).map(|call| call.name);
        let first = name("SELECT $1", &[1i64.into()]);
        assert_eq!(first.as_deref(), Some("shop_0"));
        assert_eq!(name("SELECT $1", &[2i64.into()]), first);
        assert_ne!(name("SELECT $1", &["2".into()]), first, "of another type");
        for number in 0..MOST_NAMES {
            name(&format!("SELECT {number}"), &[]);
        }
        assert_eq!(name("SELECT 'one more'", &[]), None);
        assert_eq!(name("SELECT $1", &[3i64.into()]), first);
        let statement = statement("SELECT $1", &[3i64.into()]);
        let call = names.call(&statement).unwrap();
        assert_eq!(call.prepare(), "PREPARE shop_0(int8) AS SELECT $1");
        assert_eq!(call.execute(), "EXECUTE shop_0('3')");
    }
}
