//! What cells say alike in rows of items and of suppliers: the reference of another system, pairs of texts, and what
//! is one of a few words. A blank cell is not there.

use super::{Field, FieldKind, field};
use crate::domain::text::is_plain;
use kernel::{Faults, Metadata, MetadataPatch};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

pub const EXTERNAL_ID: Field = field(
    "external_id",
    "The reference of another system; it stays once there is one",
    false,
    FieldKind::Text,
);
pub const METADATA: Field = field(
    "metadata",
    "Pairs to set, as a JSON object of texts; a pair that is null goes",
    false,
    FieldKind::Text,
);

/// Who bears an external id by an earlier row of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bearer {
    /// Of a supplier; of an item its SKU.
    pub code: String,
}

pub fn text<'a>(values: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
}

pub fn external_id(values: &BTreeMap<String, String>) -> Option<&str> {
    text(values, "external_id").filter(|id| is_plain(id))
}

/// A file gives an external id and takes none away, so that no row depends on what an earlier one has freed. `what` had
/// this one before, and `bearer`, who is another, has the one that is wanted.
pub fn check_external_id(
    faults: &mut Faults,
    what: &str,
    wanted: Option<&str>,
    had: Option<&str>,
    bearer: Option<&str>,
) {
    let Some(wanted) = wanted else { return };
    if let Some(had) = had.filter(|had| *had != wanted) {
        let detail =
            format!("the {what} has the external id {had}: change it at the {what}, or leave it out");
        faults.add("/external_id", "differs", detail);
    } else if let Some(bearer) = bearer {
        let detail = format!("{what} {bearer} has this external id: give this one another");
        faults.add("/external_id", "taken", detail);
    }
}

/// What cannot be read is a fault, and otherwise absent.
pub fn metadata(faults: &mut Faults, values: &BTreeMap<String, String>) -> Option<MetadataPatch> {
    let read = serde_json::from_str::<MetadataPatch>(text(values, "metadata")?);
    if read.is_err() {
        let detail = r#"must be a JSON object of texts, such as {"shelf": "A3"}"#;
        faults.add("/metadata", "not_an_object_of_texts", detail);
    }
    read.ok()
}

pub fn metadata_cell(metadata: &Metadata) -> Option<String> {
    (!metadata.is_empty()).then(|| json!(metadata).to_string())
}

/// One of a few words, in whatever case.
pub fn word<T>(
    faults: &mut Faults,
    values: &BTreeMap<String, String>,
    (name, words): (&str, &str),
    parse: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let cell = text(values, name)?;
    let read = parse(&cell.to_ascii_lowercase());
    if read.is_none() {
        faults.add(format!("/{name}"), "unknown_word", format!("must be {words}"));
    }
    read
}
