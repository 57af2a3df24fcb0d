//! Ends a stream for good, and forgets its secrets. What is on its way at that moment still arrives.

use crate::app::App;
use crate::domain::AuditStreamId;
use crate::error::{AuditError, Error};
use crate::service::audit_streams::audit_stream::audited;
use crate::service::sessions::fresh;
use crate::store::audit_stream;
use data::AuditEntry;
use kernel::Ctx;
use serde_json::json;

/// What was done, for the stored answer.
pub struct Deleted;

pub async fn delete_audit_stream(app: &App, ctx: &Ctx, id: AuditStreamId) -> Result<Deleted, Error> {
    fresh::require(app, ctx)?;
    let mut unit = app.databases.write(ctx).await?;
    let before = audit_stream::by_id_to_change(&unit, id).await?.ok_or(AuditError::AuditStreamNotFound)?;
    if !audit_stream::delete(&unit, id).await? {
        return Err(AuditError::AuditStreamNotFound.into());
    }
    unit.audit(AuditEntry {
        action: "users.audit_stream.delete",
        resource: "audit_stream",
        resource_id: id.uuid(),
        before: Some(audited(&before)),
        after: Some(json!({ "deleted_at": ctx.now() })),
    })?;
    Ok(unit.commit(Deleted).await?)
}
