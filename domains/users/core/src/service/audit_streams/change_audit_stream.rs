//! Changes where a stream goes, or what of the log. A new filter holds for what is not under way yet.

use crate::app::App;
use crate::domain::AuditStreamId;
use crate::domain::audit_stream::StreamState;
use crate::error::{AuditError, Error};
use crate::permissions::AUDIT_STREAMS_WRITE;
use crate::service::audit_streams::audit_stream::{self as view, AuditStream, audited};
use crate::service::audit_streams::wake_audit_streams::wake_one;
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::store::audit_stream;
use data::AuditEntry;
use kernel::{Actor, Ctx, Faults};

pub struct ChangeAuditStream {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected_version: Option<i64>,
    /// `None` leaves it as it is.
    pub url: Option<String>,
    /// `Some(None)`: the whole log.
    pub action_prefix: Option<Option<String>>,
}

pub async fn change_audit_stream(
    app: &App,
    ctx: &Ctx,
    id: AuditStreamId,
    command: ChangeAuditStream,
) -> Result<AuditStream, Error> {
    let Actor::User { .. } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let mut unit = app.databases.write(ctx).await?;
    let acting = authority::hold(app, ctx, &unit, &AUDIT_STREAMS_WRITE).await?;
    view::require_reader(&acting)?;
    let before = audit_stream::by_id_to_change(&unit, id).await?.ok_or(AuditError::AuditStreamNotFound)?;
    if command.expected_version.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    let mut faults = Faults::new();
    let url = match command.url {
        Some(url) => view::check_url(app, &mut faults, &url).map(String::from),
        None => Some(before.url.clone()),
    };
    let prefix = command.action_prefix.unwrap_or_else(|| before.action_prefix.clone());
    view::check_prefix(&mut faults, prefix.as_deref());
    let url = faults.finish(url).map_err(Error::invalid)?;
    let Some(url) = url else { return Err(data::Error::internal("a URL without a fault").into()) };
    if url == before.url && prefix == before.action_prefix {
        return Ok(unit.commit(view::of(before)?).await?);
    }
    let changed = audit_stream::change(&unit, &before, &url, prefix.as_deref()).await?;
    let after = changed.ok_or_else(Error::stale)?;
    // Elsewhere it may work at once.
    if url != before.url && before.state()? == StreamState::Active {
        wake_one(&mut unit, id).await?;
    }
    unit.audit(AuditEntry {
        action: "users.audit_stream.update",
        resource: "audit_stream",
        resource_id: id.uuid(),
        before: Some(audited(&before)),
        after: Some(audited(&after)),
    })?;
    Ok(unit.commit(view::of(after)?).await?)
}
