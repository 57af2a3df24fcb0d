//! The use cases of imports, one a file, and what they share.

mod cancel_run;
mod download_upload;
mod end_run;
mod get_run;
mod get_upload;
mod list_row_results;
mod list_runs;
mod list_targets;
mod read_batches;
mod run_import;
mod start_run;
mod store_upload;
mod workbook;

pub use cancel_run::cancel_run;
pub use download_upload::download_upload;
pub use end_run::end_run;
pub use get_run::get_run;
pub use get_upload::get_upload;
pub use list_row_results::list_row_results;
pub use list_runs::list_runs;
pub use list_targets::list_targets;
pub use run_import::{Progress, run_import};
pub use start_run::{StartRun, start_run};
pub use store_upload::{StoreUpload, Told, store_upload};

use crate::domain::run::{Counts, Run, RunStatus};
use crate::domain::upload::Format;
use crate::error::Error;
use crate::store;
use blobs::{BlobKey, Blobs};
use data::{AuditEntry, Databases, Unit};
use imports_contract::{ImportRunId, UploadId};
use kernel::{Ctx, TenantId};
use module::{ImportOffer, TargetDefinition};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Clone)]
pub struct App {
    pub databases: Databases,
    pub blobs: Blobs,
    /// By name.
    pub targets: Arc<BTreeMap<String, ImportOffer>>,
    pub upload_limit_bytes: u64,
}

impl App {
    pub fn new(
        databases: Databases,
        blobs: Blobs,
        offers: Vec<ImportOffer>,
        upload_limit_bytes: u64,
    ) -> Self {
        let targets = offers.into_iter().map(|offer| (offer.definition.name.clone(), offer));
        Self { databases, blobs, targets: Arc::new(targets.collect()), upload_limit_bytes }
    }
}

fn blob_key(tenant: TenantId, upload: UploadId, format: Format) -> BlobKey {
    BlobKey::new("imports", tenant, upload, &format!("upload.{}", format.extension()))
}

/// Who may import is one permission; what they may import into is the target's own.
fn check_permission(ctx: &Ctx, target: &TargetDefinition) -> Result<(), Error> {
    if ctx.permissions().names().any(|name| name == target.permission) {
        return Ok(());
    }
    Err(Error::TargetForbidden { target: target.name.clone(), permission: target.permission.clone() })
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
            "rows": rows(run.counts),
        })),
    })
}

/// For a step from this status.
fn was(status: RunStatus) -> Option<Value> {
    Some(json!({ "status": status.name() }))
}

fn rows(counts: Counts) -> Value {
    let Counts { created, updated, unchanged, refused } = counts;
    json!({ "created": created, "updated": updated, "unchanged": unchanged, "refused": refused })
}
