//! Gives a team another name, place or role. Whoever changes what its members may do has all that they had by
//! it and all that they are to have.

use crate::app::App;
use crate::domain::{RoleRef, TeamId};
use crate::error::Error;
use crate::permissions::TEAMS_WRITE;
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::service::teams::create_team::{audited, checked, granted_by, granted_in, hold_teams, or_taken};
use crate::store::team::{self, Team, TeamFields};
use data::AuditEntry;
use kernel::Ctx;

pub struct ChangeTeam {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected_version: Option<i64>,
    /// `None` leaves it as it is.
    pub name: Option<String>,
    pub parent: Option<Option<TeamId>>,
    pub role: Option<Option<RoleRef>>,
}

pub async fn change_team(app: &App, ctx: &Ctx, id: TeamId, command: ChangeTeam) -> Result<Team, Error> {
    let mut unit = app.databases.write(ctx).await?;
    hold_teams(&unit).await?;
    let acting = authority::hold(app, ctx, &unit, &TEAMS_WRITE).await?;
    let before = team::find_to_change(&unit, id).await?.ok_or(Error::TeamNotFound)?;
    if command.expected_version.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    let fields = checked(&unit, id, changed(&before.fields, command)).await?;
    if fields == before.fields {
        return Ok(unit.commit(before).await?);
    }
    let grants_anew = fields.parent != before.fields.parent || fields.role != before.fields.role;
    if grants_anew {
        acting.require_covered(&granted_in(app, &unit, id).await?)?;
        let granted = granted_by(app, &unit, &fields).await?;
        acting.require_covered(&granted)?;
        fresh::require_to_grant(app, ctx, &granted)?;
    }
    let after = team::update(&unit, &before, &fields).await.map_err(or_taken)?.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "users.team.update",
        resource: "team",
        resource_id: id.uuid(),
        before: Some(audited(&before.fields)),
        after: Some(audited(&fields)),
    })?;
    if grants_anew {
        authority::forget_team(app, &mut unit, id).await?;
    }
    Ok(unit.commit(after).await?)
}

fn changed(before: &TeamFields, command: ChangeTeam) -> TeamFields {
    TeamFields {
        name: command.name.unwrap_or_else(|| before.name.clone()),
        parent: command.parent.unwrap_or(before.parent),
        role: command.role.unwrap_or(before.role),
    }
}
