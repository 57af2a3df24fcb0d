//! One import of an upload into a target: where it stands and how far it is.

use super::mapping::Mapping;
use super::records::Position;
use super::row::{Outcome, RowResult};
use chrono::{DateTime, Utc};
use imports_contract::{ImportRunId, MappingId, UploadId};
use kernel::UserId;
use kernel::id::MessageId;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub id: ImportRunId,
    pub upload: UploadId,
    /// `inventory.items`.
    pub target: String,
    pub mapping: Mapping,
    /// The one that was kept, and is the same unless it was changed since.
    pub mapping_id: Option<MappingId>,
    /// The dry run whose decisions it carries out.
    pub plan: Option<ImportRunId>,
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
    /// Its target keeps what it takes to undo it.
    pub undoable: bool,
    /// Once somebody has asked for it.
    pub undo: Option<Undo>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// How far the undoing of a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    pub status: UndoStatus,
    /// Another each time it is asked for.
    pub id: Uuid,
    /// As many batches are left, the last of the file first.
    pub batches_left: u32,
    pub rows_undone: u64,
    /// Which something has built on; of those that this asking has come to.
    pub rows_kept: u64,
    pub failure_detail: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoStatus {
    Queued,
    Running,
    Done,
    Failed,
}

impl UndoStatus {
    pub const ALL: [Self; 4] = [Self::Queued, Self::Running, Self::Done, Self::Failed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == text)
    }
}

impl Run {
    /// Where it is taken up again; none where nothing of it is recorded yet.
    pub fn begun_at(&self) -> Option<Position> {
        (self.resume != Position::default()).then_some(self.resume)
    }

    /// Why it cannot be undone, and what to do instead; none where it can.
    pub fn not_undoable(&self) -> Option<&'static str> {
        match &self.undo {
            _ if self.mode == Mode::DryRun => Some("a dry run has changed nothing"),
            _ if !self.status.is_final() => Some("it has not ended yet: cancel it first"),
            _ if !self.undoable => Some("it was made by a version that kept nothing to undo it by"),
            Some(Undo { status: UndoStatus::Queued | UndoStatus::Running, .. }) => Some("it is being undone"),
            Some(Undo { status: UndoStatus::Done, rows_kept: 0, .. }) => {
                Some("it is undone already, and no row of it was kept")
            }
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All is decided and reported as in an import, and the decisions kept; nothing else changes.
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
                // A row is counted as it went in.
                Outcome::Undone => {}
            }
            counts
        })
    }

    pub fn rows(self) -> u64 {
        self.created + self.updated + self.unchanged + self.refused
    }
}
