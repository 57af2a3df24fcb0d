//! Takes back what one row of a file made: the invitation, where nobody has accepted it; of a member the role, the manager
//! and the team, where they are as the row left them. By the rules that a row goes by.

use super::reach::{Reaches, reach};
use crate::app::App;
use crate::domain::import_member::{Asked, May, MemberChange, RowChange};
use crate::domain::{MembershipState, RoleRef, TeamId};
use crate::error::Error;
use crate::service::members::change_member::{change_within, check_manager};
use crate::service::members::revoke_invitation::revoke_within;
use crate::service::roles::authority::Acting;
use crate::service::teams::create_team::granted_in;
use crate::service::teams::remove_team_member::remove_within;
use crate::store::invitation::InvitationState;
use crate::store::{invitation, membership, role, team, team_member};
use data::Unit;
use kernel::Ctx;

/// Why it stays, where it does; nothing is written then. The tenant must be held.
pub(super) async fn undo_member_row(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    (acting, may): (&Acting, May),
    change: &RowChange,
) -> Result<Option<&'static str>, Error> {
    match change {
        RowChange::Invite(asked) => take_back(unit, asked).await,
        RowChange::Change(change) => put_back(app, ctx, unit, (acting, may), change).await,
    }
}

async fn take_back(unit: &mut Unit, asked: &Asked) -> Result<Option<&'static str>, Error> {
    let Some(before) = invitation::by_id_to_change(unit, asked.invitation).await? else {
        return Ok(Some("the invitation is not there any more"));
    };
    match before.state()? {
        InvitationState::Open => revoke_within(unit, &before).await.map(|_| None),
        InvitationState::Accepted => {
            Ok(Some("the invitation was accepted: take the member out by hand, if they are to go"))
        }
        InvitationState::Revoked => Ok(Some("the invitation was revoked already")),
    }
}

async fn put_back(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    (acting, may): (&Acting, May),
    change: &MemberChange,
) -> Result<Option<&'static str>, Error> {
    let now = membership::by_id_to_change(unit, change.member).await?;
    let Some(now) = now.filter(|now| now.state != MembershipState::Removed.name()) else {
        return Ok(Some("the member was taken out of the tenant since"));
    };
    if !change.left(now.version, now.state()?, now.role()?, now.manager_id) {
        return Ok(Some("the member was changed since: change them by hand"));
    }
    if change.rewrites()
        && let Some(why) = stays(app, unit, (acting, may), &now, change).await?
    {
        return Ok(Some(why));
    }
    if let Some(team) = change.joins
        && let Some(why) = stays_in(app, unit, (acting, may), team, &now).await?
    {
        return Ok(Some(why));
    }
    if change.rewrites() {
        let (role, manager) = (change.before.role, change.before.manager);
        change_within(app, ctx, unit, acting, &now, role, manager).await?;
    }
    if let Some(team) = change.joins {
        remove_within(app, unit, acting, team, change.member).await?;
    }
    Ok(None)
}

/// Why a membership stays as the row left it.
async fn stays(
    app: &App,
    unit: &Unit,
    (acting, may): (&Acting, May),
    now: &membership::Model,
    change: &MemberChange,
) -> Result<Option<&'static str>, Error> {
    if !may.change_members {
        return Ok(Some("changing members takes `users.members.write`: have somebody undo it who has that"));
    }
    let former = change.before.role;
    if former != now.role()? {
        if let RoleRef::Custom(id) = former
            && role::find_to_keep(unit, id).await?.is_none()
        {
            return Ok(Some("the role that the member had is deleted: give them another by hand"));
        }
        let mut reaches = Reaches::new(app, acting);
        for role in [former, now.role()?] {
            let reach = reaches.of(unit, role).await?;
            if !reach.covered {
                return Ok(Some("it would touch what you may not do: have somebody undo it who may"));
            }
            if !reach.of_members {
                return Ok(Some("a role of it may do more than a `member` by now: change it by hand"));
            }
        }
    }
    let manager = change.before.manager;
    let differs = manager != now.manager_id;
    if differs && check_manager(unit, now.public_id, manager).await.is_err() {
        return Ok(Some("the former manager is gone, or reports to the member by now: change it by hand"));
    }
    Ok(None)
}

/// Why a member stays in a team.
async fn stays_in(
    app: &App,
    unit: &Unit,
    (acting, may): (&Acting, May),
    team: TeamId,
    now: &membership::Model,
) -> Result<Option<&'static str>, Error> {
    if !may.change_teams {
        return Ok(Some("changing teams takes `users.teams.write`: have somebody undo it who has that"));
    }
    if team::find_to_keep(unit, team).await?.is_none() {
        return Ok(Some("the team is deleted already"));
    }
    if team_member::find(unit, team, now.public_id).await?.is_none() {
        return Ok(Some("the member is not in the team any more"));
    }
    let reach = reach(app, acting, &granted_in(app, unit, team).await?);
    Ok((!reach.covered).then_some("the team gives what you may not do: have somebody undo it who may"))
}
