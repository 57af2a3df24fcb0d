//! Ends an export that brings no file. One that has ended already stays as it is.

use crate::app::App;
use crate::domain::{AuditExportId, AuditExportState};
use crate::error::Error;
use crate::store::audit_export::{self, AuditExport, End};
use data::{AuditEntry, Unit};
use kernel::Ctx;
use serde_json::json;

pub async fn end_audit_export(app: &App, ctx: &Ctx, id: AuditExportId, detail: &str) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let failed = End::Failed { detail: detail.to_owned() };
    if let Some(export) = audit_export::end(&unit, id, failed, ctx.now()).await? {
        audit_step(&mut unit, &export)?;
        unit.commit(()).await?;
    }
    Ok(())
}

/// For each step that an export takes, once it is taken.
pub(super) fn audit_step(unit: &mut Unit, export: &AuditExport) -> Result<(), data::Error> {
    // Every change counts as a version, so the step to the second is the first of all.
    let before = if export.version <= 2 { AuditExportState::Queued } else { AuditExportState::Running };
    unit.audit(AuditEntry {
        action: match export.state {
            AuditExportState::Done => "users.audit_export.complete",
            AuditExportState::Failed => "users.audit_export.fail",
            AuditExportState::Queued | AuditExportState::Running => "users.audit_export.begin",
        },
        resource: "audit_export",
        resource_id: export.id.uuid(),
        before: Some(json!({ "status": before.name() })),
        after: Some(json!({
            "status": export.state.name(), "tree_size": export.tree_size, "failure_detail": export.failure_detail,
        })),
    })
}
