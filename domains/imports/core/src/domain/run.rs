//! One import of an upload into a target: where it stands and how far it is.

use super::mapping::Mapping;
use super::records::Position;
use super::row::{Outcome, RowResult};
use chrono::{DateTime, Utc};
use imports_contract::{ImportRunId, UploadId};
use kernel::UserId;
use kernel::id::MessageId;

#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub id: ImportRunId,
    pub upload: UploadId,
    /// `inventory.items`.
    pub target: String,
    pub mapping: Mapping,
    pub mode: Mode,
    pub status: RunStatus,
    /// It ends after the batch it is working on.
    pub cancel_requested: bool,
    pub rows_total: u64,
    pub counts: Counts,
    /// The first batch that is not recorded yet, and where it begins.
    pub next_batch: u32,
    pub resume: Position,
    /// The job that works on it.
    pub message: MessageId,
    pub failure_detail: Option<String>,
    pub requested_by: Option<UserId>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All is checked and reported as in an import; the target keeps nothing.
    DryRun,
    Apply,
}

impl Mode {
    pub fn name(self) -> &'static str {
        match self {
            Self::DryRun => "dry_run",
            Self::Apply => "apply",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::DryRun, Self::Apply].into_iter().find(|mode| mode.name() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStatus {
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,
}

impl RunStatus {
    pub const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == text)
    }

    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub refused: u64,
}

impl Counts {
    pub fn of(rows: &[RowResult]) -> Self {
        rows.iter().fold(Self::default(), |mut counts, row| {
            match row.outcome {
                Outcome::Created => counts.created += 1,
                Outcome::Updated => counts.updated += 1,
                Outcome::Unchanged => counts.unchanged += 1,
                Outcome::Refused => counts.refused += 1,
            }
            counts
        })
    }

    pub fn rows(self) -> u64 {
        self.created + self.updated + self.unchanged + self.refused
    }
}
