//! How a domain takes rows from a file: it names its fields and applies one batch at a time, each once. The imports
//! domain parses, maps and drives; its progress lies in another database, so a repeated batch is answered from what
//! the target recorded in its own transaction.

use kernel::Ctx;
use kernel::contract::Cause;
use macros::{RemoteError, contract};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

kernel::typed_id!(ImportId, ImportKind, "import");

pub struct ImportOffer {
    pub definition: TargetDefinition,
    pub target: Arc<dyn ImportTarget>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetDefinition {
    /// `inventory.items`.
    pub name: String,
    pub title: String,
    pub permission: String,
    pub fields: Vec<ImportField>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportField {
    pub name: String,
    pub description: String,
    pub kind: FieldKind,
    pub required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    Decimal,
    Boolean,
    Date,
    Currency,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplyBatch {
    pub target: String,
    pub import: ImportId,
    /// From 0, in the order of the file.
    pub batch: u32,
    /// Everything is checked as in the run, and rolled back.
    pub dry_run: bool,
    pub rows: Vec<ImportRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRow {
    /// The line in the file where the row begins, the header being 1.
    pub line: u64,
    /// By the target's field name; blank cells are left out.
    pub values: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchOutcome {
    /// One per row, in the same order.
    pub rows: Vec<RowOutcome>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum RowOutcome {
    Created { id: uuid::Uuid },
    Updated { id: uuid::Uuid },
    Unchanged { id: uuid::Uuid },
    Refused { faults: Vec<RowFault> },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    /// The target's field; the imports domain adds the file's column and value.
    pub field: String,
    /// `not_a_number`, `duplicate_sku`.
    pub rule: String,
    pub detail: String,
}

#[derive(Debug, thiserror::Error, Serialize, Deserialize, RemoteError)]
pub enum ImportError {
    #[error("there is no import target of this name")]
    UnknownTarget,
    #[error("the caller may not write what this import writes")]
    Forbidden,
    #[error("the import's target does not answer")]
    Unavailable(Cause),
    #[error("the deadline has passed")]
    DeadlineExceeded,
}

#[contract]
pub trait ImportTarget {
    /// Good rows go in, bad ones are reported; the same import and batch number again gives the same answer and
    /// changes nothing.
    async fn apply(&self, ctx: &Ctx, request: ApplyBatch) -> Result<BatchOutcome, ImportError>;
}
