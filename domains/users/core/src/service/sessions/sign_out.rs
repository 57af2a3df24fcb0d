//! Ends the caller's own session, at once on this node and within a second on all.

use crate::app::App;
use crate::error::Error;
use crate::service::sessions::tokens;
use crate::store::session;
use data::AuditEntry;
use kernel::id::CredentialId;
use kernel::{Actor, Ctx};
use serde_json::json;

/// What was done, for the stored answer.
pub struct SignedOut;

pub async fn sign_out(app: &App, ctx: &Ctx) -> Result<SignedOut, Error> {
    let Actor::User { .. } = ctx.actor() else { return Err(Error::NoSession) };
    let id: CredentialId = ctx.principal().credential.id.ok_or(Error::NoSession)?;
    let mut unit = app.databases.write(ctx).await?;
    let ended = session::revoke(&unit, ctx, id).await?.ok_or(Error::NoSession)?;
    unit.audit(AuditEntry {
        action: "users.session.revoke",
        resource: "session",
        resource_id: id.uuid(),
        before: Some(json!({ "state": "active" })),
        after: Some(json!({ "state": "revoked", "reason": "signed_out" })),
    })?;
    tokens::forget(app, &mut unit, &ended.access_hash);
    Ok(unit.commit(SignedOut).await?)
}
