//! Pauses a stream, and lets it go on from where it was. To be told so twice changes nothing, but that one which waits after a
//! failure is tried at once. A pause hides from the collector what is done meanwhile, until it ends.

use crate::app::App;
use crate::domain::AuditStreamId;
use crate::domain::audit_stream::{PausedBecause, StreamState};
use crate::error::{AuditError, Error};
use crate::permissions::AUDIT_STREAMS_WRITE;
use crate::service::audit_streams::audit_stream::{self as view, AuditStream, audited};
use crate::service::audit_streams::wake_audit_streams::wake_one;
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::store::audit_stream;
use data::AuditEntry;
use kernel::Ctx;

pub async fn pause(app: &App, ctx: &Ctx, id: AuditStreamId) -> Result<AuditStream, Error> {
    set(app, ctx, id, "users.audit_stream.pause", StreamState::Paused(PausedBecause::Asked)).await
}

pub async fn resume(app: &App, ctx: &Ctx, id: AuditStreamId) -> Result<AuditStream, Error> {
    set(app, ctx, id, "users.audit_stream.resume", StreamState::Active).await
}

async fn set(
    app: &App,
    ctx: &Ctx,
    id: AuditStreamId,
    action: &'static str,
    state: StreamState,
) -> Result<AuditStream, Error> {
    fresh::require(app, ctx)?;
    let mut unit = app.databases.write(ctx).await?;
    authority::hold(app, ctx, &unit, &AUDIT_STREAMS_WRITE).await?;
    let before = audit_stream::by_id_to_change(&unit, id).await?.ok_or(AuditError::AuditStreamNotFound)?;
    let is_active = before.state()? == StreamState::Active;
    let row = if is_active == (state == StreamState::Active) {
        before
    } else {
        let after = audit_stream::set_state(&unit, &before, state).await?.ok_or_else(Error::stale)?;
        unit.audit(AuditEntry {
            action,
            resource: "audit_stream",
            resource_id: id.uuid(),
            before: Some(audited(&before)),
            after: Some(audited(&after)),
        })?;
        after
    };
    if state == StreamState::Active {
        wake_one(&mut unit, id).await?;
    }
    Ok(unit.commit(view::of(row)?).await?)
}
