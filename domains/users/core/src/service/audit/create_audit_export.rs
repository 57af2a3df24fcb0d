//! Asks for the audit log as a file; a job writes it.

use crate::app::App;
use crate::domain::AuditExportId;
use crate::error::{AuditError, Error};
use crate::jobs::ExportAuditLog;
use crate::store::audit_export::{self, AuditExport};
use chrono::Duration;
use data::{AuditEntry, JobOptions};
use kernel::Ctx;
use serde_json::json;

/// In a week, which bounds what they take in the store.
const MAX_EXPORTS: u64 = 200;
/// From when it is asked for, and again from when it is done.
pub const KEPT: Duration = Duration::days(7);

pub async fn create_audit_export(
    app: &App,
    ctx: &Ctx,
    id: Option<AuditExportId>,
) -> Result<AuditExport, Error> {
    let id = id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    if audit_export::count(&unit).await? >= MAX_EXPORTS {
        return Err(AuditError::TooManyAuditExports.into());
    }
    let inserted = audit_export::insert(&unit, id, ctx.actor().user(), ctx.now() + KEPT).await;
    let export = inserted.map_err(|error| match audit_export::is_taken(&error) {
        true => Error::from(AuditError::AuditExportExists),
        false => error.into(),
    })?;
    unit.enqueue(&ExportAuditLog { export: id }, JobOptions::default())?;
    unit.audit(AuditEntry {
        action: "users.audit_export.create",
        resource: "audit_export",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!({ "status": export.state.name(), "expires_at": export.expires_at })),
    })?;
    Ok(unit.commit(export).await?)
}
