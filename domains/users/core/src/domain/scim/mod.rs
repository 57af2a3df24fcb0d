//! SCIM 2.0 (RFC 7643, RFC 7644) on values: what a user and a group are made of, filters, paths, and what a PATCH makes of a
//! resource. A resource is a JSON object whose names are spelt as its schema has them.

pub mod entry;
pub mod filter;
pub mod patch;
#[cfg(test)]
mod patch_tests;
pub mod path;
pub mod projection;
pub mod reader;
pub mod refusal;
pub mod schema;
pub mod value;

pub use filter::Filter;
pub use refusal::Refusal;

use serde_json::{Map, Value};

pub type Document = Map<String, Value>;
