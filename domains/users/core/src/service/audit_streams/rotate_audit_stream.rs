//! Gives a stream another secret. For a while all is signed with both, so that nothing is refused until the collector knows
//! the new one.

use crate::app::App;
use crate::domain::AuditStreamId;
use crate::domain::audit_stream::MAX_OVERLAP_MINUTES;
use crate::domain::webhook;
use crate::error::{AuditError, Error};
use crate::permissions::AUDIT_STREAMS_WRITE;
use crate::service::audit_streams::audit_stream::{self as view, CreatedAuditStream, audited};
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::store::audit_stream;
use chrono::Duration;
use data::AuditEntry;
use kernel::{Actor, Ctx, Faults};

pub async fn rotate_audit_stream(
    app: &App,
    ctx: &Ctx,
    id: AuditStreamId,
    overlap_minutes: u32,
) -> Result<CreatedAuditStream, Error> {
    let Actor::User { .. } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let mut faults = Faults::new();
    let in_range = overlap_minutes <= MAX_OVERLAP_MINUTES;
    faults.require(in_range, "/overlap_minutes", "out_of_range", "must be at most 10080, which is a week");
    faults.finish(()).map_err(Error::invalid)?;
    let mut unit = app.databases.write(ctx).await?;
    authority::hold(app, ctx, &unit, &AUDIT_STREAMS_WRITE).await?;
    let before = audit_stream::by_id_to_change(&unit, id).await?.ok_or(AuditError::AuditStreamNotFound)?;
    let secret = secrets::shared_key();
    let until = (overlap_minutes > 0).then(|| ctx.now() + Duration::minutes(overlap_minutes.into()));
    let rotated = audit_stream::rotate(&unit, &before, view::sealed(app, id, &secret), until).await?;
    let after = rotated.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "users.audit_stream.rotate",
        resource: "audit_stream",
        resource_id: id.uuid(),
        before: Some(audited(&before)),
        after: Some(audited(&after)),
    })?;
    let rotated = CreatedAuditStream { stream: view::of(after)?, secret: webhook::written(&secret) };
    Ok(unit.commit(rotated).await?)
}
