//! A refresh token for a new pair. Each is good once; one that comes a second time ends its session.

use crate::app::App;
use crate::domain::refresh::{RefreshVerdict, judge};
use crate::error::Error;
use crate::service::tokens::{Pair, SessionTokens, cache_key};
use crate::store::refresh_token::{self, Found};
use crate::store::session;
use data::AuditEntry;
use kernel::{Ctx, Visitor};
use secrets::hash_token;
use serde_json::json;

pub async fn refresh_session(app: &App, visitor: &Visitor, token: &str) -> Result<SessionTokens, Error> {
    let system = app.databases.system_read("refresh: whose session the token is of").await?;
    let found = refresh_token::by_hash(&system, hash_token(token)).await?;
    drop(system);
    let found = found.ok_or(Error::RefreshRefused)?;
    let ctx = visitor.enter(found.tenant, "users");
    match judge(&found.presented, ctx.now()) {
        RefreshVerdict::Refuse => Err(Error::RefreshRefused),
        RefreshVerdict::Stolen => end_stolen(app, &ctx, &found).await,
        RefreshVerdict::Rotate => match rotate(app, &ctx, &found).await? {
            Some(tokens) => Ok(tokens),
            None => end_stolen(app, &ctx, &found).await,
        },
    }
}

/// `None` when the token was spent in the meantime.
async fn rotate(app: &App, ctx: &Ctx, found: &Found) -> Result<Option<SessionTokens>, Error> {
    let pair = Pair::new(app, ctx.now());
    let mut unit = app.databases.write(ctx).await?;
    if !refresh_token::spend(&unit, ctx, found.id).await? {
        return Ok(None);
    }
    if !session::rotate(&unit, found.session, &pair.access()).await? {
        return Err(Error::RefreshRefused);
    }
    refresh_token::insert(&unit, ctx, found.session, pair.refresh_hash(), pair.refresh_expires_at).await?;
    unit.audit(AuditEntry {
        action: "users.session.refresh",
        resource: "session",
        resource_id: found.session.uuid(),
        before: Some(json!({ "refresh_expires_at": found.presented.expires_at })),
        after: Some(json!({ "user": found.user, "refresh_expires_at": pair.refresh_expires_at })),
    })?;
    let tokens = unit.commit(pair.for_client(found.tenant, found.user)).await?;
    app.identities.invalidate(None, &cache_key(&found.access_hash)).await;
    Ok(Some(tokens))
}

async fn end_stolen(app: &App, ctx: &Ctx, found: &Found) -> Result<SessionTokens, Error> {
    let mut unit = app.databases.write(ctx).await?;
    if let Some(ended) = session::revoke(&unit, ctx, found.session).await? {
        unit.audit(AuditEntry {
            action: "users.session.revoke",
            resource: "session",
            resource_id: found.session.uuid(),
            before: Some(json!({ "state": "active" })),
            after: Some(json!({ "state": "revoked", "user": found.user, "reason": "refresh_token_reused" })),
        })?;
        unit.commit(()).await?;
        app.identities.invalidate(None, &cache_key(&ended.access_hash)).await;
        tracing::warn!(tenant = %found.tenant, session = %found.session, "a used refresh token came again");
    }
    Err(Error::RefreshRefused)
}
