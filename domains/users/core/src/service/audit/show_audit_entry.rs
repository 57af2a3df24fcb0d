//! One entry of the tenant's audit log.

use crate::app::App;
use crate::domain::AuditEntryId;
use crate::error::{AuditError, Error};
use crate::service::audit::list_audit_entries::{LoggedEntry, logged};
use crate::store::{audit_detail, audit_entry};
use kernel::Ctx;

pub async fn show_audit_entry(app: &App, ctx: &Ctx, id: AuditEntryId) -> Result<LoggedEntry, Error> {
    let read = app.databases.read(ctx).await?;
    let row = audit_entry::by_id(&read, id).await?.ok_or(AuditError::AuditEntryNotFound)?;
    let kept = audit_detail::of_entries(&read, vec![id]).await?.remove(&id);
    Ok(logged(row, kept))
}
