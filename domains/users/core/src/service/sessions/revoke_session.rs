//! Ends one of the caller's own sessions, or all but the one that asks.

use crate::app::App;
use crate::error::Error;
use crate::service::sessions::tokens;
use crate::store::{membership, session};
use data::AuditEntry;
use kernel::id::CredentialId;
use kernel::{Actor, Ctx};
use serde_json::json;

/// What was done, for the stored answer.
pub struct Revoked;

pub async fn revoke_session(app: &App, ctx: &Ctx, id: CredentialId) -> Result<Revoked, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    let mut unit = app.databases.write(ctx).await?;
    let membership = membership::of_user(&unit, own).await?.ok_or(Error::NotAMember)?;
    let found = session::of_member(&unit, membership.public_id, id).await?.ok_or(Error::SessionNotFound)?;
    if session::revoke(&unit, ctx, id).await?.is_some() {
        unit.audit(AuditEntry {
            action: "users.session.revoke",
            resource: "session",
            resource_id: id.uuid(),
            before: Some(json!({ "state": "active" })),
            after: Some(json!({ "state": "revoked", "reason": "by_its_holder" })),
        })?;
    }
    tokens::forget(app, &mut unit, &found.access_hash);
    Ok(unit.commit(Revoked).await?)
}

pub async fn revoke_other_sessions(app: &App, ctx: &Ctx) -> Result<Revoked, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    let mut unit = app.databases.write(ctx).await?;
    let membership = membership::of_user(&unit, own).await?.ok_or(Error::NotAMember)?;
    let ended =
        session::revoke_others(&unit, ctx, membership.public_id, ctx.principal().credential.id).await?;
    if !ended.is_empty() {
        unit.audit(AuditEntry {
            action: "users.session.revoke_others",
            resource: "member",
            resource_id: membership.public_id.uuid(),
            before: Some(json!({ "active": ended.iter().map(|row| row.public_id).collect::<Vec<_>>() })),
            after: Some(json!({ "state": "revoked" })),
        })?;
    }
    ended.iter().for_each(|row| tokens::forget(app, &mut unit, &row.access_hash));
    Ok(unit.commit(Revoked).await?)
}
