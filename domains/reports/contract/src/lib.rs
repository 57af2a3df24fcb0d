//! What others may know of reports: the identifier of a run, and that one is ready. Reports calls nobody and is called
//! by nobody; what it runs is handed to it by the app.

use kernel::UserId;
use macros::DomainEvent;
use serde::{Deserialize, Serialize};

kernel::typed_id!(ReportRunId, ReportRunKind, "report run");

/// A report whose requester asked to be told is there to be downloaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "reports.report_ready", version = 1, aggregate = run)]
pub struct ReportReady {
    pub run: ReportRunId,
    pub title: String,
    /// None when the platform itself asked.
    pub requested_by: Option<UserId>,
    /// Without the header.
    pub rows: u64,
}

/// The path of a run's file below the public URL.
pub fn download_path(run: ReportRunId) -> String {
    format!("/api/v1/reports/runs/{run}/download")
}
