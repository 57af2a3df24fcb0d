//! The tables of imports. Only this folder knows how they are queried.

pub mod export;
pub mod mapping;
pub mod message;
pub mod row;
pub mod run;
pub mod upload;

/// Counts are never negative and never near the limit.
fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String, data::Error> {
    serde_json::to_string(value).map_err(data::Error::internal)
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, data::Error> {
    serde_json::from_str(text).map_err(data::Error::internal)
}

fn unknown(column: &str, text: &str) -> data::Error {
    data::Error::internal(format!("the table has the unknown {column} `{text}`"))
}
