//! A refresh token for a new pair. Each is good once; for a few seconds it is answered as before, and one that comes later
//! or after its child ends its session. So does one of a session that the tenant's policy ends. One of a client is good for that
//! client alone.

use crate::app::App;
use crate::domain::oauth;
use crate::domain::refresh::{RefreshVerdict, judge};
use crate::error::Error;
use crate::service::sessions::tokens::{self, ForClient, Pair, SessionTokens, TokenFor};
use crate::service::tenants::policy;
use crate::store::oauth_client::Client;
use crate::store::refresh_token::{self, Found};
use crate::store::session;
use data::{AuditEntry, Unit};
use kernel::{Ctx, Problem, Visitor};
use secrets::hash_token;
use serde_json::json;

const ANSWER_SEAL: &str = "users.refresh_answer";

pub async fn refresh_session(app: &App, visitor: &Visitor, token: &str) -> Result<SessionTokens, Error> {
    refresh(app, visitor, hash_token(token), None).await
}

/// A client that has proved itself.
#[derive(Clone, Copy)]
pub struct ByClient<'a> {
    pub client: &'a Client,
    /// Less than what the refresh token is for; all of it without.
    pub scope: Option<&'a str>,
}

pub async fn refresh_for_client(
    app: &App,
    visitor: &Visitor,
    token: &str,
    by: ByClient<'_>,
) -> Result<SessionTokens, Error> {
    refresh(app, visitor, tokens::hash_client_token(token), Some(by)).await
}

async fn refresh(
    app: &App,
    visitor: &Visitor,
    hash: [u8; 32],
    by: Option<ByClient<'_>>,
) -> Result<SessionTokens, Error> {
    let found = find(app, hash, by).await?;
    let ctx = visitor.enter(found.tenant, "users");
    match judge(&found.presented, ctx.now()) {
        RefreshVerdict::Rotate => match rotate(app, &ctx, &found, by).await? {
            Some(tokens) => Ok(tokens),
            // Spent in the meantime: what it was answered is there now.
            None => without_rotating(app, &ctx, &find(app, hash, by).await?).await,
        },
        _ => without_rotating(app, &ctx, &found).await,
    }
}

/// A person's own, or that client's.
async fn find(app: &App, hash: [u8; 32], by: Option<ByClient<'_>>) -> Result<Found, Error> {
    let system = app.databases.system_read("refresh: whose session the token is of").await?;
    let found = refresh_token::by_hash(&system, hash).await?;
    drop(system);
    let wanted = by.map(|by| (by.client.tenant, by.client.id));
    let found = found.filter(|found| found.client.map(|client| (found.tenant, client)) == wanted);
    found.ok_or(Error::RefreshRefused)
}

async fn without_rotating(app: &App, ctx: &Ctx, found: &Found) -> Result<SessionTokens, Error> {
    match (judge(&found.presented, ctx.now()), &found.answer) {
        (RefreshVerdict::Replay, Some(answer)) => {
            let read = app.databases.read(ctx).await?;
            policy::require_address(&policy::own(&read).await?.policy, ctx.visitor())?;
            drop(read);
            opened(app, found, answer)
        }
        (RefreshVerdict::Stolen, _) => {
            let unit = app.databases.write(ctx).await?;
            if end(app, ctx, unit, found, "refresh_token_reused").await? {
                let (tenant, session) = (found.tenant, found.session);
                tracing::warn!(%tenant, %session, "a used refresh token came again");
            }
            Err(Error::RefreshRefused)
        }
        _ => Err(Error::RefreshRefused),
    }
}

fn opened(app: &App, found: &Found, answer: &[u8]) -> Result<SessionTokens, Error> {
    let json = app.secrets.open(ANSWER_SEAL, found.id.uuid().as_bytes(), answer).map_err(Problem::from)?;
    Ok(serde_json::from_slice(&json).map_err(data::Error::internal)?)
}

/// `None` when the token was spent in the meantime.
async fn rotate(
    app: &App,
    ctx: &Ctx,
    found: &Found,
    by: Option<ByClient<'_>>,
) -> Result<Option<SessionTokens>, Error> {
    let of = TokenFor {
        session: found.session,
        tenant: found.tenant,
        user: found.user,
        strength: found.strength,
        authenticated_at: found.authenticated_at,
    };
    let scopes = match by.and_then(|by| by.scope) {
        Some(wanted) => oauth::requested(wanted, &found.scopes).ok_or(Error::ScopeNotGranted)?,
        None => found.scopes.clone(),
    };
    let pair = match by {
        Some(ByClient { client, .. }) => {
            let client = ForClient { client_id: &client.client_id, scopes: &scopes };
            Pair::of_client(app, ctx.visitor(), of, client).await?
        }
        None => Pair::new(app, ctx.visitor(), of).await?,
    };
    let tokens = pair.for_client(found.tenant, found.user);
    let json = serde_json::to_vec(&tokens).map_err(data::Error::internal)?;
    let answer = app.secrets.seal(ANSWER_SEAL, found.id.uuid().as_bytes(), &json);
    let mut unit = app.databases.write(ctx).await?;
    let session = session::by_id(&unit, found.session).await?.ok_or(Error::RefreshRefused)?;
    if !policy::goes_on(&unit, ctx.visitor(), found.user, &session).await? {
        end(app, ctx, unit, found, "policy").await?;
        return Err(Error::RefreshRefused);
    }
    if !refresh_token::spend(&unit, ctx, found.id, answer).await? {
        return Ok(None);
    }
    refresh_token::forget_answers(&unit, found.session, found.id).await?;
    let rotated = match by {
        Some(_) => session::rotate_of_client(&unit, found.session, &pair.access(), &scopes).await?,
        None => session::rotate(&unit, found.session, &pair.access()).await?,
    };
    if !rotated {
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
    tokens::forget(app, &mut unit, &found.access_hash);
    Ok(Some(unit.commit(tokens).await?))
}

/// `false` when it had ended before.
async fn end(app: &App, ctx: &Ctx, mut unit: Unit, found: &Found, reason: &str) -> Result<bool, Error> {
    let Some(ended) = session::revoke(&unit, ctx, found.session).await? else { return Ok(false) };
    unit.audit(AuditEntry {
        action: "users.session.revoke",
        resource: "session",
        resource_id: found.session.uuid(),
        before: Some(json!({ "state": "active" })),
        after: Some(json!({ "state": "revoked", "user": found.user, "reason": reason })),
    })?;
    tokens::forget(app, &mut unit, &ended.access_hash);
    Ok(unit.commit(true).await?)
}
