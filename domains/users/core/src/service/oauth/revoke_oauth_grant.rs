//! A member takes back what they let a client do for them: what it has open for them ends, at once on this node and within a
//! second on all.

use crate::app::App;
use crate::domain::OauthGrantId;
use crate::error::Error;
use crate::service::sessions::tokens;
use crate::store::oauth_client::from_json;
use crate::store::{membership, oauth_grant, session};
use data::AuditEntry;
use kernel::{Actor, Ctx};
use serde_json::json;

/// What was done, for the stored answer.
pub struct Revoked;

pub async fn revoke_oauth_grant(app: &App, ctx: &Ctx, id: OauthGrantId) -> Result<Revoked, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    let mut unit = app.databases.write(ctx).await?;
    let member = membership::of_user(&unit, own).await?.ok_or(Error::NotAMember)?.public_id;
    oauth_grant::of_member(&unit, member, id).await?.ok_or(Error::OauthGrantNotFound)?;
    let grant = oauth_grant::delete(&unit, id).await?.ok_or(Error::OauthGrantNotFound)?;
    let ended = session::revoke_of_client(&unit, ctx, grant.client_id, Some(member)).await?;
    unit.audit(AuditEntry {
        action: "users.oauth_grant.revoke",
        resource: "oauth_grant",
        resource_id: id.uuid(),
        before: Some(json!({ "client": grant.client_id, "scopes": from_json(&grant.scopes)? })),
        after: Some(json!({ "state": "revoked", "user": own, "ended_sessions": ended.len() })),
    })?;
    ended.iter().for_each(|row| tokens::forget(app, &mut unit, &row.access_hash));
    Ok(unit.commit(Revoked).await?)
}
