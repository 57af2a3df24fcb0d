//! One run of a report and the states it goes through.

use chrono::{DateTime, Utc};
use kernel::UserId;
use reports_contract::ReportRunId;
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStatus {
    Queued,
    Running,
    Ready,
    Failed,
    Cancelled,
}

impl RunStatus {
    pub const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Ready, Self::Failed, Self::Cancelled];
    /// Those that are still to end.
    pub const ACTIVE: [Self; 2] = [Self::Queued, Self::Running];

    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == text)
    }
}

#[derive(Clone, Debug)]
pub struct Run {
    pub id: ReportRunId,
    pub report: String,
    pub title: String,
    /// The report's own, which whoever runs or downloads it must have.
    pub permission: String,
    pub parameters: BTreeMap<String, String>,
    pub status: RunStatus,
    pub rows_written: u64,
    pub size_bytes: Option<u64>,
    pub failure_detail: Option<String>,
    pub requested_by: Option<UserId>,
    pub notify: bool,
    pub blob_name: String,
    pub finished_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// How a run ends.
#[derive(Clone, Debug)]
pub enum End {
    Ready { rows: u64, size_bytes: u64 },
    Failed { detail: String },
    Cancelled,
}

impl End {
    pub fn status(&self) -> RunStatus {
        match self {
            Self::Ready { .. } => RunStatus::Ready,
            Self::Failed { .. } => RunStatus::Failed,
            Self::Cancelled => RunStatus::Cancelled,
        }
    }
}

/// Of the file, in the store and for whoever downloads it: `inventory-stock_valuation-20260115.csv`.
pub fn file_name(report: &str, now: DateTime<Utc>) -> String {
    format!("{}-{}.csv", report.replace('.', "-"), now.format("%Y%m%d"))
}
