//! Takes a team out of use, and with it what its members may do by it. Only one without teams below it, which
//! would stand nowhere.

use crate::app::App;
use crate::domain::TeamId;
use crate::error::Error;
use crate::permissions::TEAMS_WRITE;
use crate::service::roles::authority;
use crate::service::teams::create_team::{audited, granted_in, hold_teams};
use crate::store::team::{self, Team};
use data::{AuditEntry, Unit};
use kernel::{Ctx, Permission};

pub async fn delete_team(app: &App, ctx: &Ctx, id: TeamId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    hold_teams(&unit).await?;
    let before = delete_within(app, ctx, &mut unit, &TEAMS_WRITE, id).await?;
    audit_deletion(&mut unit, &before)?;
    Ok(unit.commit(()).await?)
}

/// The same in a unit that does more and leaves the entry, of who was let in by this permission. The teams must be held.
pub(in crate::service) async fn delete_within(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    permission: &Permission,
    id: TeamId,
) -> Result<Team, Error> {
    let acting = authority::hold(app, ctx, unit, permission).await?;
    let before = team::find_to_change(unit, id).await?.ok_or(Error::TeamNotFound)?;
    acting.require_covered(&granted_in(app, unit, id).await?)?;
    if team::any_below(unit, id).await? {
        return Err(Error::TeamHasTeams);
    }
    if !team::delete(unit, id).await? {
        return Err(Error::TeamNotFound);
    }
    authority::forget_team(app, unit, id).await?;
    Ok(before)
}

pub(in crate::service) fn audit_deletion(unit: &mut Unit, before: &Team) -> Result<(), Error> {
    Ok(unit.audit(AuditEntry {
        action: "users.team.delete",
        resource: "team",
        resource_id: before.id.uuid(),
        before: Some(audited(&before.fields)),
        after: None,
    })?)
}
