//! Sends a collector something to try it with, and tells what came back. Nothing of the log is in it, and the stream stays as
//! it is.

use crate::app::App;
use crate::domain::AuditStreamId;
use crate::error::{AuditError, Error};
use crate::service::audit_streams::audit_stream::audited;
use crate::service::audit_streams::payload::{self, Outcome};
use crate::store::audit_stream;
use data::AuditEntry;
use kernel::Ctx;
use serde_json::json;

pub struct Tested {
    pub taken: bool,
    pub status: Option<u16>,
    pub error: Option<String>,
}

pub async fn test_audit_stream(app: &App, ctx: &Ctx, id: AuditStreamId) -> Result<Tested, Error> {
    let read = app.databases.read(ctx).await?;
    let stream = audit_stream::by_id(&read, id).await?.ok_or(AuditError::AuditStreamNotFound)?;
    drop(read);
    let tested = match payload::send(app, ctx, &stream, &payload::test(ctx, id)).await? {
        Outcome::Taken { status } => Tested { taken: true, status: Some(status), error: None },
        Outcome::Refused(refusal) => {
            Tested { taken: false, status: refusal.status, error: Some(refusal.error) }
        }
    };
    let mut unit = app.databases.write(ctx).await?;
    unit.audit(AuditEntry {
        action: "users.audit_stream.test",
        resource: "audit_stream",
        resource_id: id.uuid(),
        before: Some(audited(&stream)),
        after: Some(json!({ "taken": tested.taken, "status": tested.status })),
    })?;
    Ok(unit.commit(tested).await?)
}
