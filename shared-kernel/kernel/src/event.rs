//! Domain events: facts one domain publishes, in its contract crate, for whoever subscribes.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Readers ignore fields they do not know; a change they could not read is a new `VERSION`.
pub trait DomainEvent: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// `billing.invoice_finalized`: the publisher's domain, then what happened, in the past tense.
    const KIND: &'static str;
    const VERSION: u16;

    /// Events with the same key reach a subscriber that asks for order one after the other.
    fn aggregate(&self) -> String;
}
