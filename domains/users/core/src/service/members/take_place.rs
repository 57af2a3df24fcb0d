//! Somebody has accepted an invitation that says where they belong: they come into its team and report to its manager, as
//! far as whoever asked them in could say so now, and nobody has said otherwise meanwhile. More than a `member` may do
//! comes of no team so, as of none that the directory names.

use crate::app::App;
use crate::domain::MembershipId;
use crate::error::Error;
use crate::permissions::{MEMBERS_WRITE, TEAMS_WRITE};
use crate::service::members::change_member::check_manager;
use crate::service::members::member;
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::service::teams::add_team_member::audited as in_team;
use crate::service::teams::create_team::granted_in;
use crate::store::{invitation, membership, team, team_member};
use data::{AuditEntry, Unit};
use kernel::Ctx;
use kernel::permission::PermissionSet;

/// The tenant must be held.
pub(in crate::service) async fn take_place(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    invited: &invitation::Model,
    member: MembershipId,
) -> Result<(), Error> {
    if invited.team_id.is_none() && invited.manager_id.is_none() {
        return Ok(());
    }
    let inviter = match membership::of_user(unit, invited.invited_by).await? {
        Some(inviter) => authority::of_member(app, unit, inviter.public_id).await?,
        None => None,
    };
    let theirs = inviter.unwrap_or_default();
    enter_team(app, ctx, unit, &theirs, invited, member).await?;
    if theirs.has(&MEMBERS_WRITE) {
        report(unit, invited, member).await?;
    }
    authority::forget_member(app, unit, member);
    Ok(())
}

async fn enter_team(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    theirs: &PermissionSet,
    invited: &invitation::Model,
    member: MembershipId,
) -> Result<(), Error> {
    let Some(team) = invited.team_id.filter(|_| theirs.has(&TEAMS_WRITE)) else { return Ok(()) };
    let is_there = team::find_to_keep(unit, team).await?.is_some();
    if !is_there || team_member::find(unit, team, member).await?.is_some() {
        return Ok(());
    }
    let granted = granted_in(app, unit, team).await?;
    if !theirs.covers(&granted) || !fresh::is_of_members(app, &granted) {
        return Ok(());
    }
    let added = team_member::insert(unit, ctx, team, member).await?;
    unit.audit(AuditEntry {
        action: "users.team_member.add",
        resource: "team_member",
        resource_id: added.public_id.uuid(),
        before: None,
        after: Some(in_team(team, member)),
    })?;
    Ok(())
}

/// What would be a circle is left out.
async fn report(unit: &mut Unit, invited: &invitation::Model, id: MembershipId) -> Result<(), Error> {
    let Some(before) = membership::by_id_to_change(unit, id).await? else { return Ok(()) };
    let manager = invited.manager_id.filter(|_| before.manager_id.is_none());
    if manager.is_none() || check_manager(unit, id, manager).await.is_err() {
        return Ok(());
    }
    let after = membership::change(unit, &before, before.role()?, manager, before.state()?).await?;
    let after = after.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "users.member.update",
        resource: "member",
        resource_id: id.uuid(),
        before: Some(member::audited(&before)?),
        after: Some(member::audited(&after)?),
    })?;
    Ok(())
}
