//! How rows of a file reach the domain that takes them: it names its fields, and plans, executes and undoes one batch
//! at a time, each once. The imports domain parses, maps and drives; its progress lies in another database, so a
//! repeated batch is answered from what the target recorded in its own transaction. A domain writes a
//! [`RowTarget`](crate::RowTarget), which is less.

use kernel::Ctx;
use kernel::contract::Cause;
use macros::{RemoteError, contract};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

kernel::typed_id!(ImportId, ImportKind, "import");

/// As the column of an error file is called that says which row each was, and what faults of that name.
pub const IMPORT_ROW: &str = "import_row";

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
    /// To see the same, so to export it.
    pub read_permission: String,
    /// The fields by which a row is known. Without any it is known by its document, its content and how often that
    /// occurs in the document.
    pub key: Vec<String>,
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
pub struct PlanBatch {
    pub target: String,
    pub import: ImportId,
    /// From 0, in the order of the file.
    pub batch: u32,
    pub rows: Vec<ImportRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecuteBatch {
    pub target: String,
    /// Another than its plan, which has batches of the same numbers.
    pub import: ImportId,
    /// Whose decisions are carried out; without it the rows are decided now.
    pub plan: Option<ImportId>,
    pub batch: u32,
    /// As they were planned.
    pub rows: Vec<ImportRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoBatch {
    pub target: String,
    pub import: ImportId,
    pub batch: u32,
    /// By which asking for the import to be undone; another tries again what stayed. Without it nothing is tried
    /// again.
    pub asked: Option<uuid::Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseBatch {
    pub target: String,
    pub import: ImportId,
    pub batch: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRow {
    /// The line in the file where the row begins, the header being 1.
    pub line: u64,
    /// By the target's field name; blank cells are left out.
    pub values: BTreeMap<String, String>,
    /// The row that this one was, where it comes out of an error file.
    pub corrects: Option<RefusedRow>,
}

/// A row of a file, by the import that refused it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    pub import: ImportId,
    pub line: u64,
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

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchUndone {
    /// One for each row that had created or updated something, the last of the file first.
    pub rows: Vec<RowUndone>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowUndone {
    pub line: u64,
    /// Why it stays as it is; none where it is undone.
    pub kept: Option<RowFault>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportPage {
    pub target: String,
    /// `next` of the page before; none for the first.
    pub after: Option<String>,
    pub most: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedRows {
    /// Each by the target's field names; what is not there is left out.
    pub rows: Vec<BTreeMap<String, String>>,
    /// None where nothing follows.
    pub next: Option<String>,
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

/// The same import and batch number again gives the same answer and changes nothing, in each of them; to `undo`
/// they are the same by the same asking.
#[contract]
pub trait ImportTarget {
    /// Decides each row, knowing what the earlier rows of the file came to, and keeps the decisions. Nothing else
    /// changes.
    async fn plan(&self, ctx: &Ctx, request: PlanBatch) -> Result<BatchOutcome, ImportError>;

    /// Carries out the decisions of a batch: good rows go in, bad ones are reported. A row is decided anew where what
    /// it was decided upon has changed.
    async fn execute(&self, ctx: &Ctx, request: ExecuteBatch) -> Result<BatchOutcome, ImportError>;

    /// What a batch came to that may have been carried out without its answer being heard. One that was not is not
    /// carried out any more, and has no rows. It changes nothing else and needs no permission, since it is asked where
    /// an import ends, whoever began it.
    async fn close(&self, ctx: &Ctx, request: CloseBatch) -> Result<BatchOutcome, ImportError>;

    /// Takes back what the rows of a batch made, where nothing has built on it. The last batch comes first. Another
    /// asking tries the rows that stayed and no other, and is told of all.
    async fn undo(&self, ctx: &Ctx, request: UndoBatch) -> Result<BatchUndone, ImportError>;

    /// What is there, in pages, as rows that an import would take as they are.
    async fn export(&self, ctx: &Ctx, request: ExportPage) -> Result<ExportedRows, ImportError>;
}
