//! One export: a file of what a target has, and how far it is.

use super::run::RunStatus;
use chrono::{DateTime, Utc};
use imports_contract::ExportId;
use kernel::UserId;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub id: ExportId,
    /// `inventory.items`.
    pub target: String,
    /// The target's own, which whoever asks for the file or downloads it must have.
    pub permission: String,
    pub status: RunStatus,
    /// So far, without the header.
    pub row_count: u64,
    /// Once it is done.
    pub size_bytes: Option<u64>,
    pub failure_detail: Option<String>,
    pub file_name: String,
    /// In the store: of the attempt that is, or was, the last to write it. None before the first.
    pub file: Option<Uuid>,
    pub requested_by: Option<UserId>,
    pub finished_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Export {
    /// The status that its last step led from: every change counts as a version, so the second is that of the first
    /// step.
    pub fn came_from(&self) -> RunStatus {
        if self.version <= 2 { RunStatus::Queued } else { RunStatus::Running }
    }
}

/// How an export ends.
#[derive(Clone, Debug)]
pub enum End {
    Done { file: Uuid, rows: u64, size_bytes: u64 },
    Failed { detail: String },
    Cancelled,
}

impl End {
    pub fn status(&self) -> RunStatus {
        match self {
            Self::Done { .. } => RunStatus::Done,
            Self::Failed { .. } => RunStatus::Failed,
            Self::Cancelled => RunStatus::Cancelled,
        }
    }
}

/// In the store and for whoever downloads it: `inventory-items-20260203.csv`.
pub fn file_name(target: &str, now: DateTime<Utc>) -> String {
    format!("{}-{}.csv", target.replace('.', "-"), now.format("%Y%m%d"))
}
