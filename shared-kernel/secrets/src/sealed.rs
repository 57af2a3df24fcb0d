//! A secret inside a payload that is stored or sent: whoever reads the row sees only base64.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;
use std::marker::PhantomData;

/// Made by [`Secrets::seal_value`](crate::Secrets::seal_value), read by
/// [`Secrets::open_value`](crate::Secrets::open_value) with the same purpose.
pub struct Sealed<T>(Vec<u8>, PhantomData<fn() -> T>);

impl<T> Sealed<T> {
    /// Bytes that `Secrets::seal` gave, from a column of their own.
    pub fn from_bytes(sealed: Vec<u8>) -> Self {
        Self(sealed, PhantomData)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<T> Clone for Sealed<T> {
    fn clone(&self) -> Self {
        Self::from_bytes(self.0.clone())
    }
}
impl<T> PartialEq for Sealed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Sealed<T> {}
impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed")
    }
}
impl<T> Serialize for Sealed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}
impl<'de, T> Deserialize<'de> for Sealed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(|_| D::Error::custom("a sealed value is base64 text"))?;
        Ok(Self::from_bytes(bytes))
    }
}
