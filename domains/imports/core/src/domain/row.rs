//! What became of one row of a file.

use imports_contract::ImportRunId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq)]
pub struct RowResult {
    pub run: ImportRunId,
    /// Where the row begins; the header is line 1.
    pub line: u64,
    pub outcome: Outcome,
    /// What it created, updated or found unchanged.
    pub resource_id: Option<Uuid>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Updated,
    Unchanged,
    Refused,
    /// What it had created or updated is as it was before.
    Undone,
}

impl Outcome {
    pub const ALL: [Self; 5] = [Self::Created, Self::Updated, Self::Unchanged, Self::Refused, Self::Undone];

    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Undone => "undone",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == text)
    }
}

/// Why a row was refused, or was not undone, in the words of the file and of the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The file's; none where the mapping gives the value, or where the line is no row.
    pub column: Option<String>,
    /// The target's.
    pub field: Option<String>,
    pub value: Option<String>,
    /// `malformed_row`, or one of the target's.
    pub rule: String,
    pub detail: String,
}
