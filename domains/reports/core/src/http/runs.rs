//! Runs of reports and their files.

use crate::domain::run::{Run, RunStatus};
use crate::service::CreateRun;
use crate::store::report_runs::RunFilter;
use crate::{App, service};
use chrono::{DateTime, Utc};
use kernel::UserId;
use reports_contract::{ReportRunId, ReportRunKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Query, Rendered, State, respond};

const CSV: &str = "text/csv; charset=utf-8; header=present";

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportRunStatus {
    Queued,
    Running,
    Ready,
    Failed,
    Cancelled,
}

impl From<RunStatus> for ReportRunStatus {
    fn from(status: RunStatus) -> Self {
        match status {
            RunStatus::Queued => Self::Queued,
            RunStatus::Running => Self::Running,
            RunStatus::Ready => Self::Ready,
            RunStatus::Failed => Self::Failed,
            RunStatus::Cancelled => Self::Cancelled,
        }
    }
}

impl From<ReportRunStatus> for RunStatus {
    fn from(status: ReportRunStatus) -> Self {
        match status {
            ReportRunStatus::Queued => Self::Queued,
            ReportRunStatus::Running => Self::Running,
            ReportRunStatus::Ready => Self::Ready,
            ReportRunStatus::Failed => Self::Failed,
            ReportRunStatus::Cancelled => Self::Cancelled,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "report": "billing.invoices_of_a_month",
    "title": "Invoices of a month", "parameters": {"month": "2026-02"}, "status": "ready",
    "rows_written": 12, "size_bytes": 1204, "failure_detail": null,
    "requested_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "notify": true,
    "finished_at": "2026-03-01T09:30:02Z",
    "created_at": "2026-03-01T09:30:00Z", "updated_at": "2026-03-01T09:30:02Z",
}))]
pub struct ReportRunDto {
    id: ReportRunId,
    report: String,
    title: String,
    parameters: BTreeMap<String, String>,
    status: ReportRunStatus,
    /// So far; without the line of titles
    rows_written: u64,
    /// Of the file, once it is ready
    size_bytes: Option<u64>,
    /// Why there is no file, when the run has failed
    failure_detail: Option<String>,
    requested_by: Option<UserId>,
    /// Whether whoever asked is told by e-mail
    notify: bool,
    finished_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Run> for ReportRunDto {
    fn from(run: &Run) -> Self {
        Self {
            id: run.id,
            report: run.report.clone(),
            title: run.title.clone(),
            parameters: run.parameters.clone(),
            status: run.status.into(),
            rows_written: run.rows_written,
            size_bytes: run.size_bytes,
            failure_detail: run.failure_detail.clone(),
            requested_by: run.requested_by,
            notify: run.notify,
            finished_at: run.finished_at,
            created_at: run.created_at,
            updated_at: run.updated_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "report": "billing.invoices_of_a_month", "parameters": {"month": "2026-02"}, "notify": true,
}))]
pub struct CreateReportRun {
    /// The client's own; made up when it is left out
    id: Option<ReportRunId>,
    #[schema(examples("billing.invoices_of_a_month"))]
    report: String,
    /// By the names of the definition
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    /// Send an e-mail when the file is ready
    #[serde(default)]
    notify: bool,
}

#[derive(Deserialize, IntoParams)]
pub struct ReportRunFilter {
    /// Only runs in this state
    #[param(inline)]
    status: Option<ReportRunStatus>,
    /// Only runs of this report
    report: Option<String>,
}

/// Runs a report
#[utoipa::path(post, path = "/runs", responses(
    (status = 202, description = "The file is being written", body = ReportRunDto)))]
pub async fn create_run(app: State<App>, caller: Caller, body: Body<CreateReportRun>) -> Answer {
    let CreateReportRun { id, report, parameters, notify } = body.into_inner();
    respond(
        &caller,
        async |ctx| service::create_run(&app, ctx, CreateRun { id, report, parameters, notify }).await,
        |run: &Run| {
            let location = format!("/api/v1/reports/runs/{}", run.id);
            Rendered::accepted(&ReportRunDto::from(run)).location(location).etag(run.version)
        },
    )
    .await
}

/// Lists runs of reports
#[utoipa::path(get, path = "/runs", responses((status = 200, body = Listing<ReportRunDto>)))]
pub async fn list_runs(
    app: State<App>,
    caller: Caller,
    filter: Query<ReportRunFilter>,
    page: PageQuery,
) -> Answer {
    let filter = RunFilter { status: filter.status.map(RunStatus::from), report: filter.report.as_deref() };
    let found = service::list_runs(&app, &caller, filter, page.request()).await?;
    Ok(page.render(found.map(|run| ReportRunDto::from(&run))))
}

/// Shows a run of a report
#[utoipa::path(get, path = "/runs/{id}", responses((status = 200, body = ReportRunDto)))]
pub async fn get_run(app: State<App>, caller: Caller, id: PathId<ReportRunKind>) -> Answer {
    let run = service::get_run(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&ReportRunDto::from(&run)).etag(run.version))
}

/// Downloads the file of a run
#[utoipa::path(get, path = "/runs/{id}/download", responses(
    (status = 200, description = "The rows as CSV (RFC 4180)", body = String, content_type = "text/csv")))]
pub async fn download_run(app: State<App>, caller: Caller, id: PathId<ReportRunKind>) -> Answer {
    let download = service::download_run(&app, &caller, id.id()).await?;
    Ok(Rendered::stream(CSV, download.blob.body).attachment(&download.file_name))
}

/// Cancels a run
#[utoipa::path(post, path = "/runs/{id}/cancel", responses((status = 200, body = ReportRunDto)))]
pub async fn cancel_run(app: State<App>, caller: Caller, id: PathId<ReportRunKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::cancel_run(&app, ctx, id.id()).await,
        |run: &Run| Rendered::ok(&ReportRunDto::from(run)).etag(run.version),
    )
    .await
}
