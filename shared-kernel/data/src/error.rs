//! What a database can answer, sorted by what a caller can do about it.

use kernel::Problem;
use kernel::problem::{
    ALREADY_APPLIED, CONFLICT, IDEMPOTENCY_KEY_IN_USE, INVALID_CURSOR, SUPPORT_CANNOT_START_JOBS,
};
use sea_orm::{DbErr, RuntimeErr};
use std::error::Error as StdError;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Holds the constraint's or index's name on PostgreSQL, the columns on SQLite.
    #[error("a row with this key exists already ({0})")]
    Unique(String),
    #[error("a row this one points at does not exist, or one points at this ({0})")]
    ForeignKey(String),
    #[error("the database does not answer")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    #[error("another transaction got in the way")]
    Busy(#[source] Box<dyn StdError + Send + Sync>),
    #[error("a request with this idempotency key is still running")]
    InFlight,
    #[error("the message was applied before")]
    AlreadyApplied,
    #[error("whoever acts through another starts no job in their name")]
    JobThroughAnother,
    #[error("the cursor cannot be read")]
    Cursor,
    #[error("a statement divided by zero")]
    DivisionByZero,
    #[error("{0}")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

impl Error {
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// Whether the unique rule that was broken names this constraint (PostgreSQL) or column (SQLite).
    pub fn is_unique(&self, constraint: &str, column: &str) -> bool {
        matches!(self, Self::Unique(name) if name.contains(constraint) || name.contains(column))
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::InFlight => {
                let detail =
                    "The first request with this Idempotency-Key has not finished; send it again shortly.";
                Problem::new(IDEMPOTENCY_KEY_IN_USE, detail).with_retry_after(Duration::from_secs(1))
            }
            Error::AlreadyApplied => Problem::new(ALREADY_APPLIED, "The message was applied before."),
            Error::JobThroughAnother => Problem::new(
                SUPPORT_CANNOT_START_JOBS,
                "This starts work that goes on as the member after the visit of an operator. Ask a member to do it.",
            ),
            Error::Cursor => Problem::new(
                INVALID_CURSOR,
                "The cursor is not one of ours. Start again without it, or use `next_cursor` as it came.",
            ),
            Error::Unique(_) | Error::ForeignKey(_) => {
                Problem::new(CONFLICT, "The change conflicts with the current state.").with_cause(error)
            }
            Error::Busy(_) | Error::Unavailable(_) => Problem::unavailable(error),
            Error::DivisionByZero | Error::Internal(_) => Problem::internal(error),
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::Exec(RuntimeErr::SqlxError(source))
            | DbErr::Query(RuntimeErr::SqlxError(source))
            | DbErr::Conn(RuntimeErr::SqlxError(source)) => {
                classify(source).unwrap_or_else(|| Self::internal(error))
            }
            _ => Self::internal(error),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        classify(&error).unwrap_or_else(|| Self::internal(error))
    }
}

fn classify(error: &sqlx::Error) -> Option<Error> {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
            Some(Error::Unavailable(error.to_string().into()))
        }
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            let name = database.constraint().map_or_else(|| database.message().to_owned(), str::to_owned);
            if database.is_unique_violation() {
                Some(Error::Unique(name))
            } else if database.is_foreign_key_violation() {
                Some(Error::ForeignKey(name))
            } else if code == "22012" {
                Some(Error::DivisionByZero)
            } else if is_busy(&code) {
                Some(Error::Busy(error.to_string().into()))
            } else if is_away(&code) {
                Some(Error::Unavailable(error.to_string().into()))
            } else {
                None
            }
        }
        _ => None,
    }
}

/// Serialization failure, deadlock, lock time-out, statement time-out (PostgreSQL); busy, locked (SQLite).
fn is_busy(code: &str) -> bool {
    matches!(code, "40001" | "40P01" | "55P03" | "57014" | "5" | "6" | "261" | "517")
}

/// Shutting down, starting up, too many connections.
fn is_away(code: &str) -> bool {
    code.starts_with("08") || matches!(code, "57P01" | "57P02" | "57P03" | "53300")
}

/// Whether the connection it happened on must not be used again.
pub(crate) fn breaks_connection(error: &sqlx::Error) -> bool {
    !matches!(error, sqlx::Error::Database(_) | sqlx::Error::RowNotFound | sqlx::Error::ColumnNotFound(_))
}
