//! Begins a stream of the audit log to a collector. What the log holds leaves the house with it, so it takes a person who has
//! proved themselves just now; a key would leave behind what outlives its own end.

use crate::app::App;
use crate::domain::AuditStreamId;
use crate::domain::audit_stream::MAX_STREAMS;
use crate::domain::webhook;
use crate::error::{AuditError, Error};
use crate::permissions::AUDIT_STREAMS_WRITE;
use crate::service::audit_streams::audit_stream::{self as view, CreatedAuditStream, audited};
use crate::service::audit_streams::wake_audit_streams::wake_one;
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::store::audit_stream::{self, NewAuditStream};
use crate::store::tenant;
use data::AuditEntry;
use kernel::{Actor, Ctx, Faults};

pub struct CreateAuditStream {
    pub id: Option<AuditStreamId>,
    pub url: String,
    pub action_prefix: Option<String>,
    /// `None`: from what is appended next.
    pub from_leaf_index: Option<i64>,
}

pub async fn create_audit_stream(
    app: &App,
    ctx: &Ctx,
    command: CreateAuditStream,
) -> Result<CreatedAuditStream, Error> {
    let &Actor::User { id: made_by } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let CreateAuditStream { id, url, action_prefix, from_leaf_index } = command;
    let mut faults = Faults::new();
    let url = view::check_url(app, &mut faults, &url);
    view::check_prefix(&mut faults, action_prefix.as_deref());
    let begins = from_leaf_index.is_none_or(|index| index >= 0);
    faults.require(begins, "/from_leaf_index", "out_of_range", "must be 0 or more");
    let url = faults.finish(url).map_err(Error::invalid)?;
    let Some(url) = url else { return Err(data::Error::internal("a URL without a fault").into()) };

    let mut unit = app.databases.write(ctx).await?;
    // Of two at once the second counts the first.
    tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    let acting = authority::hold(app, ctx, &unit, &AUDIT_STREAMS_WRITE).await?;
    view::require_reader(&acting)?;
    if audit_stream::count(&unit).await? >= MAX_STREAMS {
        return Err(AuditError::TooManyAuditStreams.into());
    }
    let size = audit_stream::log_size(&unit).await?;
    let next_leaf = from_leaf_index.unwrap_or(size);
    if next_leaf > size {
        let mut faults = Faults::new();
        faults.add("/from_leaf_index", "out_of_range", format!("must be at most {size}, where the log ends"));
        return Err(Error::invalid(faults.into_errors()));
    }
    let (id, secret) = (id.unwrap_or_else(|| ctx.new_id()), secrets::shared_key());
    let new = NewAuditStream {
        id,
        url: url.as_str(),
        action_prefix: action_prefix.as_deref(),
        made_by,
        sealed_secret: view::sealed(app, id, &secret),
        next_leaf,
    };
    let row = match audit_stream::insert(&unit, new).await {
        Err(error) if audit_stream::is_taken(&error) => return Err(AuditError::AuditStreamExists.into()),
        outcome => outcome?,
    };
    if next_leaf < size {
        wake_one(&mut unit, id).await?;
    }
    unit.audit(AuditEntry {
        action: "users.audit_stream.create",
        resource: "audit_stream",
        resource_id: id.uuid(),
        before: None,
        after: Some(audited(&row)),
    })?;
    let created = CreatedAuditStream { stream: view::of(row)?, secret: webhook::written(&secret) };
    Ok(unit.commit(created).await?)
}
