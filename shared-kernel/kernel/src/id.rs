//! Typed public identifiers: UUID v7 on the wire, a different Rust type for each kind of thing.

use chrono::{DateTime, Utc};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;
use uuid::fmt::Hyphenated;
use uuid::{ContextV7, Timestamp, Uuid};

/// Names a kind of identifier. Made by [`typed_id!`](crate::typed_id), not by hand.
pub trait IdKind: 'static {
    const NAME: &'static str;
}

pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be a UUID such as 01890000-0000-7000-8000-000000000000")]
pub struct NotAnId;

/// Declares `InvoiceId` as an [`Id`] of its own kind: `typed_id!(InvoiceId, InvoiceKind, "invoice")`.
#[macro_export]
macro_rules! typed_id {
    ($name:ident, $kind:ident, $text:literal) => {
        #[derive(Debug)]
        pub enum $kind {}
        impl $crate::id::IdKind for $kind {
            const NAME: &'static str = $text;
        }
        pub type $name = $crate::Id<$kind>;
    };
}

typed_id!(TenantId, TenantKind, "tenant");
typed_id!(UserId, UserKind, "user");
typed_id!(MessageId, MessageKind, "message");
typed_id!(CredentialId, CredentialKind, "credential");
typed_id!(OperatorId, OperatorKind, "operator");

/// The tenant of what belongs to none: a schedule's work, and what the operators of the installation do.
pub const PLATFORM: TenantId = TenantId::from_uuid(Uuid::nil());

static V7: std::sync::Mutex<ContextV7> = std::sync::Mutex::new(ContextV7::new());

impl<K> Id<K> {
    /// A new UUID v7 at `now`; ids made by one process in the same millisecond still sort in order.
    pub fn new(now: DateTime<Utc>) -> Self {
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        let context = V7.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let timestamp = Timestamp::from_unix(&*context, seconds, now.timestamp_subsec_nanos());
        Self::from_uuid(Uuid::new_v7(timestamp))
    }

    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}
impl<K: IdKind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", K::NAME, self.0)
    }
}
impl<K> FromStr for Id<K> {
    type Err = NotAnId;
    /// Of the spellings of a UUID only the one we write, in either case: else one thing would have several URLs.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        if text.len() != Hyphenated::LENGTH {
            return Err(NotAnId);
        }
        Uuid::try_parse(text).map(Self::from_uuid).map_err(|_| NotAnId)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(PhantomData))
    }
}

struct Text<K>(PhantomData<fn() -> K>);

impl<K> Visitor<'_> for Text<K> {
    type Value = Id<K>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a UUID")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Id<K>, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b";

    fn check(text: &str, expected: Result<&str, NotAnId>) {
        let parsed = text.parse::<UserId>().map(|id| id.to_string());
        assert_eq!(parsed.as_deref().map_err(|error| *error), expected, "{text}");
        let read = serde_json::from_value::<UserId>(text.into()).map(|id| id.to_string());
        assert_eq!(read.ok().as_deref(), expected.ok(), "{text}");
    }

    #[test]
    fn an_id_has_one_spelling() {
        check(TEXT, Ok(TEXT));
        check(&TEXT.to_uppercase(), Ok(TEXT));
        let simple = TEXT.replace('-', "");
        let shifted = "0190a5c87d3e-7a61-8f2b-4c5d-6e7f8a9b";
        for other in [&*simple, &format!("{{{TEXT}}}"), &format!("urn:uuid:{TEXT}"), shifted, "", "4711"] {
            check(other, Err(NotAnId));
        }
        assert!(serde_json::from_str::<UserId>("7").is_err());
    }
}
