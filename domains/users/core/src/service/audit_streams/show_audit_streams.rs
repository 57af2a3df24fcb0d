//! The tenant's streams, and how far one has come.

use crate::app::App;
use crate::domain::AuditStreamId;
use crate::domain::audit_stream::StreamState;
use crate::error::{AuditError, Error};
use crate::service::audit_streams::audit_stream::{AuditStream, of};
use crate::store::audit_stream;
use chrono::{DateTime, Utc};
use kernel::{Ctx, Page, PageRequest};

pub struct Progress {
    pub state: StreamState,
    /// All up to this leaf was delivered, or is not asked for.
    pub delivered_leaf_index: Option<i64>,
    /// How many leaves follow.
    pub lag: i64,
    pub delivered_at: Option<DateTime<Utc>>,
    pub failing_since: Option<DateTime<Utc>>,
    pub failures: i64,
    pub last_error: Option<String>,
    pub next_try_at: Option<DateTime<Utc>>,
}

pub async fn list(app: &App, ctx: &Ctx, request: &PageRequest) -> Result<Page<AuditStream>, Error> {
    let read = app.databases.read(ctx).await?;
    let page = audit_stream::page(&read, request).await?;
    let data = page.data.into_iter().map(of).collect::<Result<_, _>>()?;
    Ok(Page { data, next_cursor: page.next_cursor })
}

pub async fn one(app: &App, ctx: &Ctx, id: AuditStreamId) -> Result<AuditStream, Error> {
    let read = app.databases.read(ctx).await?;
    of(audit_stream::by_id(&read, id).await?.ok_or(AuditError::AuditStreamNotFound)?)
}

pub async fn progress(app: &App, ctx: &Ctx, id: AuditStreamId) -> Result<Progress, Error> {
    let read = app.databases.read(ctx).await?;
    let row = audit_stream::by_id(&read, id).await?.ok_or(AuditError::AuditStreamNotFound)?;
    let size = audit_stream::log_size(&read).await?;
    Ok(Progress {
        state: row.state()?,
        delivered_leaf_index: (row.next_leaf > 0).then_some(row.next_leaf - 1),
        lag: (size - row.next_leaf).max(0),
        delivered_at: row.delivered_at,
        failing_since: row.failing_since,
        failures: row.failures,
        last_error: row.last_error,
        next_try_at: row.next_try_at,
    })
}
