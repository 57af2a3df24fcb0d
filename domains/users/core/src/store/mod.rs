//! The tables of users and every query on them; the only place that knows sea-orm.

pub mod api_key;
pub mod audit_detail;
pub mod audit_entry;
pub mod email_token;
pub mod identity;
pub mod membership;
pub mod refresh_token;
pub mod session;
pub mod tenant;
pub mod user;

/// A stored word that the code does not know: the database is newer, or was changed by hand.
pub(crate) fn unknown(what: &str, word: &str) -> data::Error {
    data::Error::internal(format!("unknown {what} in the database: {word:?}"))
}
