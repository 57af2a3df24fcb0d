//! Ends one of the caller's own sessions, all but the one that asks, or all: in whichever of their tenants they are. What ends in
//! a tenant is in its own log, and in a unit of its own; a request that is cut off ends the rest when it comes again.

use crate::app::App;
use crate::domain::MembershipId;
use crate::error::Error;
use crate::service::sessions::{signed_in, tokens};
use crate::service::sso::federated;
use crate::store::{membership, session, user};
use data::{AuditEntry, Unit};
use kernel::id::CredentialId;
use kernel::{Actor, Ctx, UserId};
use serde_json::json;

/// What was done, for the stored answer.
pub struct Revoked;

pub async fn revoke_session(app: &App, ctx: &Ctx, id: CredentialId) -> Result<Revoked, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    let place = signed_in::place_of(app, ctx, own, id).await?.ok_or(Error::SessionNotFound)?;
    if place.tenant_id != ctx.tenant() {
        let there = ctx.visitor().enter(place.tenant_id, "users");
        end(app, &there, own, (place.member_id, id)).await?.commit(()).await?;
        // The answer is kept where it was asked for.
        return Ok(app.databases.write(ctx).await?.commit(Revoked).await?);
    }
    Ok(end(app, ctx, own, (place.member_id, id)).await?.commit(Revoked).await?)
}

/// In the tenant of the `Ctx`, once the unit is committed.
async fn end(
    app: &App,
    ctx: &Ctx,
    own: UserId,
    (membership, id): (MembershipId, CredentialId),
) -> Result<Unit, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let found = session::of_member(&unit, membership, id).await?.ok_or(Error::SessionNotFound)?;
    if session::revoke(&unit, ctx, id).await?.is_some() {
        unit.audit(AuditEntry {
            action: "users.session.revoke",
            resource: "session",
            resource_id: id.uuid(),
            before: Some(json!({ "state": "active" })),
            after: Some(json!({ "state": "revoked", "user": own, "reason": "by_its_holder" })),
        })?;
    }
    tokens::forget(app, &mut unit, &found.access_hash);
    Ok(unit)
}

pub async fn revoke_other_sessions(app: &App, ctx: &Ctx) -> Result<Revoked, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    end_elsewhere(app, ctx, own).await?;
    let mut unit = app.databases.write(ctx).await?;
    let membership = membership::of_user(&unit, own).await?.ok_or(Error::NotAMember)?;
    let but = ctx.principal().credential.id;
    let ended = session::revoke_others(&unit, ctx, membership.public_id, but).await?;
    audit_ended(app, &mut unit, own, &membership, &ended)?;
    Ok(unit.commit(Revoked).await?)
}

/// The one that asks as well, and whatever is being opened meanwhile on the strength of a proof of before: by the column that
/// a new password ends them by.
pub async fn revoke_all_sessions(app: &App, ctx: &Ctx) -> Result<Revoked, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    end_elsewhere(app, ctx, own).await?;
    let mut unit = app.databases.write(ctx).await?;
    let membership = membership::of_user(&unit, own).await?.ok_or(Error::NotAMember)?;
    let person = user::by_id(&unit, own).await?.ok_or(Error::NotAMember)?;
    // What the tenant's provider has opened ends those of the tenant alone.
    let is_federated = federated::is_federated(ctx);
    if !is_federated && !user::end_sessions(&unit, ctx, own).await? {
        return Err(Error::NotAMember);
    }
    let ended = session::revoke_others(&unit, ctx, membership.public_id, None).await?;
    audit_ended(app, &mut unit, own, &membership, &ended)?;
    if is_federated {
        return Ok(unit.commit(Revoked).await?);
    }
    unit.audit(AuditEntry {
        action: "users.user.end_sessions",
        resource: "user",
        resource_id: own.uuid(),
        before: Some(json!({ "sessions": "active", "sessions_ended_at": person.sessions_ended_at })),
        after: Some(json!({ "sessions": "ended", "sessions_ended_at": ctx.now() })),
    })?;
    Ok(unit.commit(Revoked).await?)
}

/// All of the person's in all of their other tenants.
async fn end_elsewhere(app: &App, ctx: &Ctx, own: UserId) -> Result<(), Error> {
    loop {
        let places = signed_in::elsewhere(app, ctx, own).await?;
        let may_be_more = places.len() == usize::from(signed_in::MOST);
        for place in places {
            let there = ctx.visitor().enter(place.tenant_id, "users");
            let mut unit = app.databases.write(&there).await?;
            let membership = membership::by_id(&unit, place.member_id).await?;
            let Some(membership) = membership else { continue };
            let ended = session::revoke_others(&unit, &there, membership.public_id, None).await?;
            audit_ended(app, &mut unit, own, &membership, &ended)?;
            unit.commit(()).await?;
        }
        if !may_be_more {
            return Ok(());
        }
    }
}

fn audit_ended(
    app: &App,
    unit: &mut Unit,
    own: UserId,
    membership: &membership::Model,
    ended: &[session::Model],
) -> Result<(), Error> {
    ended.iter().for_each(|row| tokens::forget(app, unit, &row.access_hash));
    if ended.is_empty() {
        return Ok(());
    }
    unit.audit(AuditEntry {
        action: "users.session.revoke_others",
        resource: "member",
        resource_id: membership.public_id.uuid(),
        before: Some(json!({ "active": ended.iter().map(|row| row.public_id).collect::<Vec<_>>() })),
        after: Some(json!({ "state": "revoked", "user": own })),
    })?;
    Ok(())
}
