//! What the domains publish to each other and to later versions of themselves: contract traits, events, jobs, and the
//! types these carry, by their names on the wire. Read from the sources, written down in a file a domain.

pub mod compare;
mod definition;
mod readers;
mod serde_attributes;
mod source;
mod text;

pub use definition::{Body, Definition, Field, Form, Type, Variant};
pub use readers::Reader;
pub use source::{of, read};

use std::collections::BTreeMap;

/// The name of the committed file, beside the sources it speaks of.
pub const FILE: &str = "published.txt";

/// What one file tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// By the contract's name on the wire, then the method's.
    pub contracts: BTreeMap<String, BTreeMap<String, Method>>,
    pub events: BTreeMap<String, Payload>,
    pub jobs: BTreeMap<String, Payload>,
    /// Types that nodes send each other outside of contracts and messages.
    pub carried: Vec<String>,
    pub types: BTreeMap<String, Definition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    pub request: Type,
    pub response: Type,
    pub error: Type,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    pub version: u16,
    pub name: String,
}

/// All files, by their paths.
pub type Shapes = BTreeMap<String, Shape>;

/// What is published now, and who reads which version of it.
#[derive(Clone, Debug, Default)]
pub struct Published {
    pub shapes: Shapes,
    pub readers: Vec<Reader>,
}

impl Shape {
    pub fn parse(text: &str) -> Result<Self, String> {
        text::parse(text)
    }

    pub fn text(&self) -> String {
        text::write(self)
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
