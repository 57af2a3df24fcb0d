//! Suspends a member, lets them back, or takes them out of the tenant; and how one leaves by oneself. Felt at once here
//! and within a second on every node.

use crate::app::App;
use crate::domain::membership::{Move, counts_as_owner};
use crate::domain::{MembershipId, MembershipState, ScimUserId};
use crate::error::Error;
use crate::permissions::MEMBERS_WRITE;
use crate::service::members::change_member::keep_an_owner;
use crate::service::members::member::{self, Member};
use crate::service::roles::authority;
use crate::service::sessions::{fresh, still_open, tokens};
use crate::service::support::revoke_support_grant as support_grant;
use crate::store::{api_key, membership, oauth_client, oauth_grant, scim_user, session, team_member, tenant};
use data::{AuditEntry, Unit};
use kernel::{Actor, Ctx, Permission};

pub async fn move_member(app: &App, ctx: &Ctx, id: MembershipId, step: Move) -> Result<Member, Error> {
    let mut unit = app.databases.write(ctx).await?;
    tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    let before = membership::by_id_to_change(&unit, id).await?.ok_or(Error::MemberNotFound)?;
    let after = move_within(app, ctx, &mut unit, &MEMBERS_WRITE, &before, step).await?;
    let member = member::with_person(&unit, &after).await?;
    Ok(unit.commit(member).await?)
}

/// The same in a unit that does more, of who was let in by this permission. The tenant must be held.
pub async fn move_within(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    permission: &Permission,
    before: &membership::Model,
    step: Move,
) -> Result<membership::Model, Error> {
    if matches!(step, Move::Suspend | Move::Remove) {
        fresh::require(app, ctx)?;
    }
    let acting = authority::hold(app, ctx, unit, permission).await?;
    if let Some(standing) = crate::store::authority::of(unit, before.public_id).await? {
        acting.require_covered(&authority::permissions(app, &standing))?;
    }
    apply(app, ctx, unit, before, step).await
}

/// What was done, for the stored answer.
pub struct Left;

/// The last owner cannot.
pub async fn leave_tenant(app: &App, ctx: &Ctx) -> Result<Left, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let mut unit = app.databases.write(ctx).await?;
    tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    let before = membership::of_user_to_change(&unit, own).await?.ok_or(Error::NotAMember)?;
    still_open::require(ctx, &unit).await?;
    apply(app, ctx, &mut unit, &before, Move::Remove).await?;
    Ok(unit.commit(Left).await?)
}

async fn apply(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    before: &membership::Model,
    step: Move,
) -> Result<membership::Model, Error> {
    let (role, state) = (before.role()?, before.state()?);
    let to = step.from(state).ok_or(Error::MemberState { state: state.name() })?;
    keep_an_owner(unit, before, counts_as_owner(role, to)).await?;
    carry_out(app, ctx, unit, before, step, to).await
}

/// Whoever is erased leaves, if they are still there; by themselves, so that nobody is asked whether they may. The tenant must be
/// held, and whether it keeps an owner is for the caller to see.
pub async fn leave_within(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    before: &membership::Model,
) -> Result<(), Error> {
    let Some(to) = Move::Remove.from(before.state()?) else { return Ok(()) };
    carry_out(app, ctx, unit, before, Move::Remove, to).await.map(drop)
}

async fn carry_out(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    before: &membership::Model,
    step: Move,
    to: MembershipState,
) -> Result<membership::Model, Error> {
    let (id, role) = (before.public_id, before.role()?);
    let manager = before.manager_id.filter(|_| to != MembershipState::Removed);
    let after = membership::change(unit, before, role, manager, to).await?.ok_or_else(Error::stale)?;
    if to == MembershipState::Removed {
        // Who is asked in again begins anew: nothing of before may come back to life with them.
        // Clients before grants, and both before sessions: as who deletes a client, or takes back what they let it do.
        for client in oauth_client::delete_machines_of(unit, id).await? {
            let ended = session::revoke_of_client(unit, ctx, client, None).await?;
            ended.iter().for_each(|row| tokens::forget(app, unit, &row.access_hash));
        }
        oauth_grant::delete_all_of(unit, id).await?;
        end_credentials(app, ctx, unit, id).await?;
        team_member::delete_all_of(unit, id).await?;
        membership::release_reports_of(unit, id).await?;
        unspeak(unit, id).await?;
    }
    // Not only unused while they are away: it would count again with them.
    support_grant::end_what_is_not_theirs(app, ctx, unit, id).await?;
    unit.audit(AuditEntry {
        action: match step {
            Move::Suspend => "users.member.suspend",
            Move::Resume => "users.member.resume",
            Move::Remove => "users.member.remove",
        },
        resource: "member",
        resource_id: id.uuid(),
        before: Some(member::audited(before)?),
        after: Some(member::audited(&after)?),
    })?;
    authority::forget_member(app, unit, id);
    Ok(after)
}

/// Their sessions and keys, for good.
pub async fn end_credentials(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    member: MembershipId,
) -> Result<(), Error> {
    let sessions = session::revoke_others(unit, ctx, member, None).await?;
    sessions.iter().for_each(|row| tokens::forget(app, unit, &row.access_hash));
    let keys = api_key::revoke_all_of(unit, ctx, member).await?;
    keys.iter().for_each(|row| crate::service::api_keys::api_key::forget(app, unit, row));
    Ok(())
}

/// What the tenant's directory said of them goes with them.
async fn unspeak(unit: &Unit, member: MembershipId) -> Result<(), Error> {
    let row = scim_user::of_member(unit, member).await?;
    let id = row.as_ref().map_or(ScimUserId::from_uuid(member.uuid()), |row| row.public_id);
    scim_user::release_reports_of(unit, id).await?;
    if row.is_some() {
        scim_user::delete(unit, id).await?;
    }
    Ok(())
}
