//! The use cases of imports, one a file, and what they share.

mod cancel_export;
mod cancel_run;
mod carry_undo_on;
mod close_run;
mod create_export;
mod create_mapping;
mod delete_mapping;
mod download_error_file;
mod download_export;
mod download_upload;
mod end_export;
mod end_run;
mod end_undo;
mod get_run;
mod get_upload;
mod list_row_results;
mod list_runs;
mod list_targets;
mod patch_mapping;
mod read_batches;
mod restore_mapping;
mod run_export;
mod run_import;
mod show_exports;
mod show_mappings;
mod sight;
mod start_run;
mod store_upload;
#[cfg(test)]
mod tests;
mod undo_run;
mod workbook;

pub use cancel_export::cancel_export;
pub use cancel_run::cancel_run;
pub use carry_undo_on::carry_undo_on;
pub use create_export::{CreateExport, create_export};
pub use create_mapping::create_mapping;
pub use delete_mapping::delete_mapping;
pub use download_error_file::download_error_file;
pub use download_export::download_export;
pub use download_upload::download_upload;
pub use end_export::end_export;
pub use end_run::end_run;
pub use end_undo::end_undo;
pub use get_run::get_run;
pub use get_upload::get_upload;
pub use list_row_results::list_row_results;
pub use list_runs::list_runs;
pub use list_targets::{TargetShown, list_targets};
pub use patch_mapping::{PatchMapping, patch_mapping};
pub use restore_mapping::restore_mapping;
pub use run_export::run_export;
pub use run_import::{Progress, run_import};
pub use show_exports::{get_export, list_exports};
pub use show_mappings::{get_mapping, get_mapping_deleted_too, list_mappings};
pub use sight::readable;
pub use start_run::{Mapped, RunOf, StartRun, start_run};
pub use store_upload::{StoreUpload, Told, store_upload};
pub use undo_run::undo_run;

use crate::domain::export::Export;
use crate::domain::run::{Counts, Run, RunStatus, Undo};
use crate::domain::saved_mapping::MappingFields;
use crate::domain::upload::Format;
use crate::error::Error;
use crate::store;
use blobs::{BlobKey, Blobs};
use data::{AuditEntry, Databases, Unit};
use get_upload::find_upload;
use imports_contract::{ImportRunId, UploadId};
use kernel::contract::Cause;
use kernel::{Ctx, Faults, Problem, TenantId};
use module::{ImportError, ImportOffer, TargetDefinition};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone)]
pub struct App {
    pub databases: Databases,
    pub blobs: Blobs,
    /// By name.
    pub targets: Arc<BTreeMap<String, ImportOffer>>,
    pub upload_limit_bytes: u64,
    /// An import that has worked for so long stands in line again, so that a large file does not hold a worker.
    pub slice: Duration,
}

const SLICE: Duration = Duration::from_secs(60);

impl App {
    pub fn new(
        databases: Databases,
        blobs: Blobs,
        offers: Vec<ImportOffer>,
        upload_limit_bytes: u64,
    ) -> Self {
        let targets = offers.into_iter().map(|offer| (offer.definition.name.clone(), offer));
        Self { databases, blobs, targets: Arc::new(targets.collect()), upload_limit_bytes, slice: SLICE }
    }
}

fn blob_key(tenant: TenantId, upload: UploadId, format: Format) -> BlobKey {
    BlobKey::new("imports", tenant, upload, &format!("upload.{}", format.extension()))
}

/// Who may import is one permission; what they may import into is the target's own.
fn check_permission(ctx: &Ctx, target: &TargetDefinition) -> Result<(), Error> {
    if has(ctx, &target.permission) {
        return Ok(());
    }
    Err(Error::TargetForbidden { target: target.name.clone(), permission: target.permission.clone() })
}

/// The file of an export shows what only somebody with its target's own permission to read may see.
fn may_export(ctx: &Ctx, target: &str, permission: &str) -> Result<(), Error> {
    if has(ctx, permission) {
        return Ok(());
    }
    Err(Error::ExportForbidden { target: target.to_owned(), permission: permission.to_owned() })
}

/// A target's permission is known by its name alone: it is another domain's.
fn has(ctx: &Ctx, permission: &str) -> bool {
    ctx.permissions().names().any(|name| name == permission)
}

fn target<'a>(app: &'a App, name: &str) -> Result<&'a ImportOffer, Error> {
    app.targets.get(name).ok_or_else(|| {
        let mut faults = Faults::new();
        faults.add("/target", "unknown_target", format!("there is no import target `{name}`"));
        Error::invalid(faults.into_errors())
    })
}

/// What a target's answer comes to, where it is none.
fn refused(target: &TargetDefinition, error: ImportError) -> Error {
    let name = target.name.clone();
    match error {
        ImportError::UnknownTarget => Error::TargetGone { target: name },
        ImportError::Forbidden => {
            Error::TargetForbidden { target: name, permission: target.permission.clone() }
        }
        ImportError::Unavailable(cause) => Error::TargetUnavailable { target: name, cause },
        ImportError::DeadlineExceeded => {
            Error::TargetUnavailable { target: name, cause: Cause::new("the deadline has passed") }
        }
    }
}

/// Whether it would be the same the next time; as `jobs` sees it.
fn is_lasting(problem: &Problem) -> bool {
    !matches!(problem.kind.status, 408 | 409 | 425 | 429 | 500..)
}

/// Ends it; nothing where it has ended already.
async fn finish(
    app: &App,
    ctx: &Ctx,
    id: ImportRunId,
    status: RunStatus,
    failure_detail: Option<String>,
) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    if let Some(run) = store::run::finish(&unit, id, status, failure_detail, ctx.now()).await? {
        let before = if run.started_at.is_some() { RunStatus::Running } else { RunStatus::Queued };
        audit(&mut unit, "imports.run.finish", was(before), &run)?;
    }
    Ok(unit.commit(()).await?)
}

fn audit(unit: &mut Unit, action: &'static str, before: Option<Value>, run: &Run) -> Result<(), data::Error> {
    unit.audit(AuditEntry {
        action,
        resource: "import_run",
        resource_id: run.id.uuid(),
        before,
        after: Some(json!({
            "target": run.target,
            "mode": run.mode.name(),
            "status": run.status.name(),
            "cancel_requested": run.cancel_requested,
            "plan": run.plan,
            "rows": rows(run.counts),
            "undo": run.undo.as_ref().map(undo),
        })),
    })
}

fn audit_export(
    unit: &mut Unit,
    action: &'static str,
    before: Option<Value>,
    export: &Export,
) -> Result<(), data::Error> {
    unit.audit(AuditEntry {
        action,
        resource: "export",
        resource_id: export.id.uuid(),
        before,
        after: Some(json!({
            "target": export.target,
            "status": export.status.name(),
            "row_count": export.row_count,
            "size_bytes": export.size_bytes,
            "failure_detail": export.failure_detail,
        })),
    })
}

fn mapping_fields(fields: &MappingFields) -> Value {
    let MappingFields { name, target, mapping } = fields;
    json!({ "name": name, "target": target, "mapping": mapping })
}

/// For a step from this status.
fn was(status: RunStatus) -> Option<Value> {
    Some(json!({ "status": status.name() }))
}

fn undo(undo: &Undo) -> Value {
    let Undo { status, rows_undone, rows_kept, .. } = undo;
    json!({ "status": status.name(), "rows_undone": rows_undone, "rows_kept": rows_kept })
}

fn rows(counts: Counts) -> Value {
    let Counts { created, updated, unchanged, refused } = counts;
    json!({ "created": created, "updated": updated, "unchanged": unchanged, "refused": refused })
}
