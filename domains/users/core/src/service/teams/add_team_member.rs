//! Puts a member into a team, which gives them all that it and the teams above it hand down.

use crate::app::App;
use crate::domain::{MembershipId, MembershipState, TeamId};
use crate::error::Error;
use crate::permissions::TEAMS_WRITE;
use crate::service::roles::authority::{self, Acting};
use crate::service::sessions::fresh;
use crate::service::teams::create_team::granted_in;
use crate::service::teams::list_team_members::TeamMember;
use crate::store::{membership, team, team_member};
use data::{AuditEntry, Unit};
use kernel::{Ctx, Faults};
use serde_json::{Value, json};

pub async fn add_team_member(
    app: &App,
    ctx: &Ctx,
    team: TeamId,
    member: MembershipId,
) -> Result<TeamMember, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let acting = authority::hold(app, ctx, &unit, &TEAMS_WRITE).await?;
    let added = add_within(app, ctx, &mut unit, &acting, team, member).await?;
    Ok(unit.commit(added).await?)
}

/// The same in a unit that does more, by whoever may change teams.
pub(in crate::service) async fn add_within(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    acting: &Acting,
    team: TeamId,
    member: MembershipId,
) -> Result<TeamMember, Error> {
    team::find_to_keep(unit, team).await?.ok_or(Error::TeamNotFound)?;
    require_here(unit, member).await?;
    let granted = granted_in(app, unit, team).await?;
    acting.require_covered(&granted)?;
    fresh::require_to_grant(app, ctx, &granted)?;
    let added = match team_member::insert(unit, ctx, team, member).await {
        Err(error) if team_member::is_there(&error) => return Err(Error::AlreadyInTeam),
        outcome => TeamMember::from(outcome?),
    };
    unit.audit(AuditEntry {
        action: "users.team_member.add",
        resource: "team_member",
        resource_id: added.id.uuid(),
        before: None,
        after: Some(audited(team, member)),
    })?;
    authority::forget_member(app, unit, member);
    Ok(added)
}

/// Held until the transaction ends: who is taken out of the tenant meanwhile would stay in the team.
async fn require_here(unit: &Unit, member: MembershipId) -> Result<(), Error> {
    let found = membership::by_id_to_keep(unit, member).await?;
    let state = found.map(|found| found.state()).transpose()?;
    let mut faults = Faults::new();
    let here = state.is_some_and(|state| state != MembershipState::Removed);
    faults.require(here, "/member_id", "unknown_member", "names no member of this tenant");
    faults.finish(()).map_err(Error::invalid)
}

/// What an audit entry says of who is in a team.
pub(in crate::service) fn audited(team: TeamId, member: MembershipId) -> Value {
    json!({ "team_id": team, "member_id": member })
}
