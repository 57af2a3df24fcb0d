//! The types of single values: what text they are read from, and how they print, which for a secret is not at all.

use ipnet::IpNet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use url::Url;

/// What stands where a secret would be printed.
pub const HIDDEN: &str = "(hidden)";

#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

/// A URL that may hold a password. Printed, it is without it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl {
    whole: String,
    shown: String,
}

impl SecretUrl {
    pub fn expose(&self) -> &str {
        &self.whole
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A value that is written as text.
pub(super) trait Text: Sized {
    /// Completes "must be …".
    const ALLOWED: &'static str;
    fn read(text: &str) -> Option<Self>;
    fn show(&self) -> String;
}

impl Text for String {
    const ALLOWED: &'static str = "a text";
    fn read(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.to_owned())
    }
    fn show(&self) -> String {
        self.clone()
    }
}

impl Text for PathBuf {
    const ALLOWED: &'static str = "a path";
    fn read(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.into())
    }
    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl Text for SocketAddr {
    const ALLOWED: &'static str = "an IP address and a port, like 127.0.0.1:8080 or [::1]:8080";
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Text for IpNet {
    const ALLOWED: &'static str = "IP addresses or networks, like 10.0.0.1 or 10.0.0.0/8";
    fn read(text: &str) -> Option<Self> {
        text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(Self::from))
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

/// An origin as browsers send it, or `*` for any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebOrigin(String);

impl WebOrigin {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Text for WebOrigin {
    const ALLOWED: &'static str = "origins like https://app.example.com, without a path, or \"*\"";
    fn read(text: &str) -> Option<Self> {
        let exact = || {
            let url = Url::parse(text).ok()?;
            matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
        };
        (text == "*" || exact().as_deref() == Some(text)).then(|| Self(text.to_owned()))
    }
    fn show(&self) -> String {
        self.0.clone()
    }
}

impl Text for Secret {
    const ALLOWED: &'static str = "a text";
    fn read(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }
    fn show(&self) -> String {
        HIDDEN.to_owned()
    }
}

impl Text for SecretUrl {
    const ALLOWED: &'static str =
        "a URL, in whose user and password other signs than letters and digits are percent-encoded";
    fn read(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        // A bare `#`, `/` or `?` in a password cuts it in two, and the rest would be taken for something to show.
        if url.fragment().is_some()
            || url.path().contains('@')
            || url.query().is_some_and(|q| q.contains('@'))
        {
            return None;
        }
        Some(Self { whole: text.to_owned(), shown: without_secrets(url)? })
    }
    fn show(&self) -> String {
        self.shown.clone()
    }
}

fn without_secrets(mut url: Url) -> Option<String> {
    if url.password().is_some() {
        url.set_password(Some("hidden")).ok()?;
    }
    if url.query().is_some() {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let harmless =
            |name: &str| matches!(name, "sslmode" | "host" | "port" | "application_name" | "db" | "tls");
        url.query_pairs_mut().clear().extend_pairs(
            pairs.iter().map(|(name, value)| (name, if harmless(name) { value } else { "hidden" })),
        );
    }
    Some(url.into())
}

pub(super) mod text {
    //! `#[serde(with = "text")]`: a value that must be there.
    use super::Text;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<T: Text, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&value.show())
    }

    pub fn deserialize<'de, T: Text, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
        let text = String::deserialize(from)?;
        T::read(&text).ok_or_else(|| D::Error::custom(format_args!("must be {}", T::ALLOWED)))
    }
}

pub(super) mod optional {
    //! `#[serde(with = "optional")]`: empty is unset.
    use super::Text;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<T: Text, S: Serializer>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&value.as_ref().map(T::show).unwrap_or_default())
    }

    pub fn deserialize<'de, T: Text, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
        let text = String::deserialize(from)?;
        if text.is_empty() {
            return Ok(None);
        }
        let read = T::read(&text);
        read.map(Some).ok_or_else(|| D::Error::custom(format_args!("must be {}, or empty", T::ALLOWED)))
    }
}

pub(super) mod list {
    //! `#[serde(with = "list")]`
    use super::Text;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<T: Text, S: Serializer>(values: &[T], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(values.iter().map(T::show))
    }

    pub fn deserialize<'de, T: Text, D: Deserializer<'de>>(from: D) -> Result<Vec<T>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        let read = texts.iter().map(|text| T::read(text)).collect::<Option<_>>();
        read.ok_or_else(|| D::Error::custom(format_args!("must be a list of {}", T::ALLOWED)))
    }
}
