//! Moves a session to another of the person's tenants: the present one ends, and another begins there. A key that is sent
//! twice moves it once, so what ends comes first; whoever is cut off between the two signs in again.

use crate::app::App;
use crate::error::Error;
use crate::service::sessions::sign_in::{Opening, open_session};
use crate::service::sessions::tokens::{self, Pair, SessionTokens, TokenFor};
use crate::service::sso::federated;
use crate::service::tenants::policy;
use crate::store::{membership, session};
use data::AuditEntry;
use kernel::ctx::Credential;
use kernel::{Actor, Ctx, TenantId};
use serde_json::json;

pub async fn switch_tenant(app: &App, ctx: &Ctx, to: TenantId) -> Result<SessionTokens, Error> {
    let &Actor::User { id: user } = ctx.actor() else { return Err(Error::SessionRequired) };
    federated::refuse(ctx)?;
    let own = ctx.principal().credential.id.ok_or(Error::NoSession)?;
    let system = app.databases.system_read("switching: whether the person may act there").await?;
    let membership = membership::active_in(&system, user, to).await?;
    drop(system);
    let membership = membership.ok_or(Error::TenantNotFound)?;
    let there = ctx.visitor().enter(to, "users");
    let Credential { strength, authenticated_at, .. } = ctx.principal().credential;
    // Before the present one ends: who is not let in there stays here.
    let read = app.databases.read(&there).await?;
    policy::admit(&read, ctx.visitor(), user, strength, authenticated_at).await?;
    drop(read);
    let of = TokenFor { session: there.new_id(), tenant: to, user, strength, authenticated_at };
    let pair = Pair::new(app, ctx.visitor(), of).await?;
    let mut unit = app.databases.write(ctx).await?;
    let ended = session::revoke(&unit, ctx, own).await?.ok_or(Error::NoSession)?;
    unit.audit(AuditEntry {
        action: "users.session.revoke",
        resource: "session",
        resource_id: own.uuid(),
        before: Some(json!({ "state": "active" })),
        after: Some(json!({ "state": "revoked", "reason": "switched_tenant" })),
    })?;
    tokens::forget(app, &mut unit, &ended.access_hash);
    let tokens = unit.commit(pair.for_client(to, user)).await?;
    let opening = Opening {
        user,
        membership,
        authenticated_at,
        strength,
        proof: None,
        passkey: None,
        known_by: None,
        of: None,
        is_new_device: false,
    };
    open_session(app, &there, opening, &pair, None).await?;
    Ok(tokens)
}
