//! The gates on change: what is published (the API's document, events, jobs, contract traits) is compared with what was
//! published before, and a change that a reader would notice is named with what would be compatible instead.

pub mod accepted;
pub mod base;
pub mod gate;
pub mod openapi;
pub mod published;
mod schema;
mod schema_view;

use std::fmt;

/// One change that breaks a reader.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Break {
    /// Where and what, without values that move: the name by which `accepted_breaks.txt` knows it.
    pub what: String,
    /// Who is broken by it, and how.
    pub why: String,
    /// What would be compatible.
    pub instead: String,
}

impl Break {
    pub fn new(what: impl Into<String>, why: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), instead: instead.into() }
    }
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; compatible would be: {}", self.what, self.why, self.instead)
    }
}
