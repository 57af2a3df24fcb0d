//! What `#[contract]` generates against: one shape of call, local or remote.

use crate::Ctx;
use async_trait::async_trait;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::error::Error as StdError;
use std::fmt;

/// Carries a call to another process. `web` has the HTTP one; tests use a loopback.
#[async_trait]
pub trait Transport: Send + Sync {
    async fn call(
        &self,
        contract: &'static str,
        method: &'static str,
        ctx: &Ctx,
        request: Vec<u8>,
    ) -> Result<Vec<u8>, TransportError>;
}

#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    #[error("the other side does not answer")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    #[error("the deadline has passed")]
    DeadlineExceeded,
}

/// The receiving side of a contract: generated beside the trait, it reads a call and writes the answer.
#[async_trait]
pub trait ContractServer: Send + Sync {
    fn contract(&self) -> &'static str;

    /// The answer is the JSON of the method's `Result`.
    async fn dispatch(&self, ctx: &Ctx, method: &str, request: &[u8]) -> Result<Vec<u8>, DispatchError>;
}

#[derive(Debug, thiserror::Error)]
pub enum DispatchError {
    #[error("the contract {contract} has no method {method}")]
    UnknownMethod { contract: &'static str, method: String },
    #[error("the request cannot be read")]
    Unreadable(#[source] serde_json::Error),
    #[error("the answer cannot be written")]
    Unwritable(#[source] serde_json::Error),
}

/// The two ways in which any remote call can fail; every contract's error enum has them.
pub trait RemoteError: Sized {
    fn unavailable(cause: Cause) -> Self;
    fn deadline_exceeded() -> Self;
}

/// Why something failed, for the log of the process it happened in. It never crosses a process boundary.
#[derive(Debug, Default)]
pub struct Cause(Option<Box<dyn StdError + Send + Sync>>);

impl Cause {
    pub fn new(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Some(error.into()))
    }

    pub fn into_inner(self) -> Box<dyn StdError + Send + Sync> {
        self.0.unwrap_or_else(|| "told by another process; its log has the cause".into())
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(error) => error.fmt(f),
            None => f.write_str("told by another process"),
        }
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}
impl<'de> Deserialize<'de> for Cause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer).map(|()| Self(None))
    }
}
