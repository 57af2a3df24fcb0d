//! Exports of the audit log over HTTP: asked for, looked at, downloaded. They go by themselves after a week.

use crate::app::App;
use crate::domain::{AuditExportId, AuditExportKind, AuditExportState, hex};
use crate::service;
use crate::service::audit::show_audit_exports::AuditExport;
use chrono::{DateTime, Utc};
use kernel::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Rendered, State, respond};

const NDJSON: &str = "application/x-ndjson";

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct CreateAuditExportRequest {
    /// Your own, or one is made.
    id: Option<AuditExportId>,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuditExportState)]
pub enum AuditExportStateDto {
    Queued,
    Running,
    Done,
    Failed,
}

impl From<AuditExportState> for AuditExportStateDto {
    fn from(state: AuditExportState) -> Self {
        match state {
            AuditExportState::Queued => Self::Queued,
            AuditExportState::Running => Self::Running,
            AuditExportState::Done => Self::Done,
            AuditExportState::Failed => Self::Failed,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "state": "done", "tree_size": 1204, "rows": 1204, "size_bytes": 1401856,
    "sha256": "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77", "failure_detail": null,
    "requested_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "finished_at": "2026-03-01T09:30:02Z",
    "expires_at": "2026-03-08T09:30:02Z", "created_at": "2026-03-01T09:30:00Z", "updated_at": "2026-03-01T09:30:02Z",
}))]
pub struct AuditExportDto {
    id: AuditExportId,
    state: AuditExportStateDto,
    /// How many entries the log had, once it is done
    #[schema(required)]
    tree_size: Option<u64>,
    /// Entries written so far
    rows: u64,
    /// Of the file, once it is done
    #[schema(required)]
    size_bytes: Option<u64>,
    /// The same, in hexadecimal digits
    #[schema(required)]
    sha256: Option<String>,
    /// Why there is no file, when it has failed
    #[schema(required)]
    failure_detail: Option<String>,
    #[schema(required)]
    requested_by: Option<UserId>,
    #[schema(required)]
    finished_at: Option<DateTime<Utc>>,
    /// Some time after then it is deleted, and its file
    expires_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&AuditExport> for AuditExportDto {
    fn from(export: &AuditExport) -> Self {
        Self {
            id: export.id,
            state: export.state.into(),
            tree_size: export.tree_size,
            rows: export.rows,
            size_bytes: export.size_bytes,
            sha256: export.sha256.as_deref().map(hex::written),
            failure_detail: export.failure_detail.clone(),
            requested_by: export.requested_by,
            finished_at: export.finished_at,
            expires_at: export.expires_at,
            created_at: export.created_at,
            updated_at: export.updated_at,
        }
    }
}

/// Exports the audit log
///
/// All of it, as a file that proves itself: `insula audit verify` tells whether anything in it was changed, taken away, put in
/// or moved. Details that were erased are not in it.
#[utoipa::path(post, path = "/audit-exports", responses(
    (status = 202, description = "The file is being written", body = AuditExportDto)))]
pub async fn create_audit_export(
    app: State<App>,
    caller: Caller,
    body: Body<CreateAuditExportRequest>,
) -> Answer {
    let CreateAuditExportRequest { id } = body.into_inner();
    respond(
        &caller,
        async |ctx| service::audit::create_audit_export::create_audit_export(&app, ctx, id).await,
        |export: &AuditExport| {
            let location = format!("/api/v1/users/audit-exports/{}", export.id);
            Rendered::accepted(&AuditExportDto::from(export)).location(location).etag(export.version)
        },
    )
    .await
}

/// Lists exports of the audit log
#[utoipa::path(get, path = "/audit-exports", responses((status = 200, body = Listing<AuditExportDto>)))]
pub async fn list_audit_exports(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::audit::show_audit_exports::list(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|export| AuditExportDto::from(&export))))
}

/// Shows an export of the audit log
#[utoipa::path(get, path = "/audit-exports/{id}", responses((status = 200, body = AuditExportDto)))]
pub async fn get_audit_export(app: State<App>, caller: Caller, id: PathId<AuditExportKind>) -> Answer {
    let export = service::audit::show_audit_exports::one(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&AuditExportDto::from(&export)).etag(export.version))
}

/// Downloads the file of an export of the audit log
#[utoipa::path(get, path = "/audit-exports/{id}/content", responses(
    (status = 200, description = "A line of JSON each", body = String, content_type = "application/x-ndjson")))]
pub async fn download_audit_export(app: State<App>, caller: Caller, id: PathId<AuditExportKind>) -> Answer {
    let download =
        service::audit::download_audit_export::download_audit_export(&app, &caller, id.id()).await?;
    Ok(Rendered::stream(NDJSON, download.blob.body).attachment(&download.file_name))
}
