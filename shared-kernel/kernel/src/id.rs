//! Typed public identifiers: UUID v7 on the wire, a different Rust type for each kind of thing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;
use uuid::{ContextV7, Timestamp, Uuid};

/// Names a kind of identifier. Made by [`typed_id!`](crate::typed_id), not by hand.
pub trait IdKind: 'static {
    const NAME: &'static str;
}

pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

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
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::from_str(text).map(Self::from_uuid)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}
