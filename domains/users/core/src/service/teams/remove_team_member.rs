//! Takes a member out of a team, and from them what they have by it. Nobody takes from those who have more.

use crate::app::App;
use crate::domain::{MembershipId, TeamId};
use crate::error::Error;
use crate::permissions::TEAMS_WRITE;
use crate::service::roles::authority::{self, Acting};
use crate::service::teams::add_team_member::audited;
use crate::service::teams::create_team::granted_in;
use crate::store::{team, team_member};
use data::{AuditEntry, Unit};
use kernel::Ctx;

pub async fn remove_team_member(
    app: &App,
    ctx: &Ctx,
    team: TeamId,
    member: MembershipId,
) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let acting = authority::hold(app, ctx, &unit, &TEAMS_WRITE).await?;
    remove_within(app, &mut unit, &acting, team, member).await?;
    Ok(unit.commit(()).await?)
}

/// The same in a unit that does more, by whoever may change teams. Where it is refused nothing is written.
pub(in crate::service) async fn remove_within(
    app: &App,
    unit: &mut Unit,
    acting: &Acting,
    team: TeamId,
    member: MembershipId,
) -> Result<(), Error> {
    team::find_to_keep(unit, team).await?.ok_or(Error::TeamNotFound)?;
    let row = team_member::find(unit, team, member).await?.ok_or(Error::NotInTeam)?;
    acting.require_covered(&granted_in(app, unit, team).await?)?;
    if !team_member::delete(unit, team, member).await? {
        return Err(Error::NotInTeam);
    }
    unit.audit(AuditEntry {
        action: "users.team_member.remove",
        resource: "team_member",
        resource_id: row.public_id.uuid(),
        before: Some(audited(team, member)),
        after: None,
    })?;
    authority::forget_member(app, unit, member);
    Ok(())
}
