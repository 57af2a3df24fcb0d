//! What a target has, as a file: asked for, watched, cancelled, downloaded.

use crate::domain::export::Export;
use crate::service::{self, App, CreateExport};
use chrono::{DateTime, Utc};
use imports_contract::{ExportId, ExportKind};
use kernel::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Rendered, State, respond};

const CSV: &str = "text/csv; charset=utf-8; header=present";

#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TargetExportFormat {
    /// RFC 4180 in UTF-8
    #[default]
    Csv,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"target": "inventory.items", "format": "csv"}))]
pub struct CreateTargetExport {
    /// The client's own; made up when it is left out
    id: Option<ExportId>,
    /// One that can be imported into
    #[schema(examples("inventory.items"))]
    target: String,
    #[serde(default)]
    format: TargetExportFormat,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "target": "inventory.items", "format": "csv",
    "status": "done", "row_count": 77, "size_bytes": 5120, "failure_detail": null,
    "requested_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "finished_at": "2026-02-03T09:30:02Z",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:02Z",
}))]
pub struct TargetExportDto {
    id: ExportId,
    target: String,
    format: TargetExportFormat,
    /// queued, running, done, failed or cancelled
    status: &'static str,
    /// So far, without the header
    row_count: u64,
    /// Of the file, once it is done
    #[schema(required)]
    size_bytes: Option<u64>,
    /// Why it failed
    #[schema(required)]
    failure_detail: Option<String>,
    #[schema(required)]
    requested_by: Option<UserId>,
    #[schema(required)]
    finished_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Export> for TargetExportDto {
    fn from(export: &Export) -> Self {
        Self {
            id: export.id,
            target: export.target.clone(),
            format: TargetExportFormat::Csv,
            status: export.status.name(),
            row_count: export.row_count,
            size_bytes: export.size_bytes,
            failure_detail: export.failure_detail.clone(),
            requested_by: export.requested_by,
            finished_at: export.finished_at,
            created_at: export.created_at,
            updated_at: export.updated_at,
        }
    }
}

/// Exports what a target has
///
/// The file has a column for each of the target's fields, and a row for each of its things: an import of it, column by
/// column, changes nothing. A text that a spreadsheet would take for a formula has an apostrophe before it, which an
/// import takes off again.
#[utoipa::path(post, path = "/exports", responses(
    (status = 202, description = "The file is being written", body = TargetExportDto)))]
pub async fn create_export(app: State<App>, caller: Caller, body: Body<CreateTargetExport>) -> Answer {
    let CreateTargetExport { id, target, format: TargetExportFormat::Csv } = body.into_inner();
    let command = CreateExport { id, target };
    respond(
        &caller,
        async |ctx| service::create_export(&app, ctx, command).await,
        |export: &Export| {
            let location = format!("/api/v1/imports/exports/{}", export.id);
            Rendered::accepted(&TargetExportDto::from(export)).location(location).etag(export.version)
        },
    )
    .await
}

/// Lists exports
#[utoipa::path(get, path = "/exports", responses((status = 200, body = Listing<TargetExportDto>)))]
pub async fn list_exports(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::list_exports(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|export| TargetExportDto::from(&export))))
}

/// Shows an export and how far it is
#[utoipa::path(get, path = "/exports/{id}", responses((status = 200, body = TargetExportDto)))]
pub async fn get_export(app: State<App>, caller: Caller, id: PathId<ExportKind>) -> Answer {
    let export = service::get_export(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&TargetExportDto::from(&export)).etag(export.version))
}

/// Downloads the file of an export
///
/// Needs the permission of its target, beside that of imports.
#[utoipa::path(get, path = "/exports/{id}/file", responses(
    (status = 200, description = "The rows as CSV (RFC 4180)", body = String, content_type = "text/csv")))]
pub async fn download_export(app: State<App>, caller: Caller, id: PathId<ExportKind>) -> Answer {
    let download = service::download_export(&app, &caller, id.id()).await?;
    Ok(Rendered::stream(CSV, download.blob.body).attachment(&download.file_name))
}

/// Cancels an export
#[utoipa::path(post, path = "/exports/{id}/cancel", responses((status = 200, body = TargetExportDto)))]
pub async fn cancel_export(app: State<App>, caller: Caller, id: PathId<ExportKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::cancel_export(&app, ctx, id.id()).await,
        |export: &Export| Rendered::ok(&TargetExportDto::from(export)).etag(export.version),
    )
    .await
}
