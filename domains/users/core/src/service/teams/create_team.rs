//! Makes a team. It may hand a role down to its members and to those of the teams below it; nobody hands down
//! what they lack.

use crate::app::App;
use crate::domain::team::{PlacementError, check_placement};
use crate::domain::{RoleRef, TeamId};
use crate::error::Error;
use crate::permissions::TEAMS_WRITE;
use crate::service::roles::authority::{self, of_held, of_role};
use crate::service::sessions::fresh;
use crate::store::team::{self, Team, TeamFields};
use crate::store::tenant;
use data::{AuditEntry, Tx, Unit};
use kernel::permission::PermissionSet;
use kernel::{Ctx, Faults};
use serde_json::{Value, json};

const MAX_NAME: usize = 100;

pub async fn create_team(
    app: &App,
    ctx: &Ctx,
    id: Option<TeamId>,
    fields: TeamFields,
) -> Result<Team, Error> {
    let id = id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    hold_teams(&unit).await?;
    let acting = authority::hold(app, ctx, &unit, &TEAMS_WRITE).await?;
    let fields = checked(&unit, id, fields).await?;
    let granted = granted_by(app, &unit, &fields).await?;
    acting.require_covered(&granted)?;
    fresh::require_to_grant(app, ctx, &granted)?;
    let team = team::insert(&unit, id, &fields).await.map_err(or_taken)?;
    unit.audit(AuditEntry {
        action: "users.team.create",
        resource: "team",
        resource_id: id.uuid(),
        before: None,
        after: Some(audited(&fields)),
    })?;
    Ok(unit.commit(team).await?)
}

/// No other team of the tenant is moved until the transaction ends: two moves could make a circle together.
pub(in crate::service) async fn hold_teams(unit: &Unit) -> Result<(), Error> {
    tenant::own_to_change(unit).await?.map(drop).ok_or(Error::NotAMember)
}

/// With its name trimmed and checked, and a place that is there. The teams must be held.
pub(in crate::service) async fn checked(
    unit: &Unit,
    id: TeamId,
    fields: TeamFields,
) -> Result<TeamFields, Error> {
    let mut faults = Faults::new();
    let name = faults.text("/name", &fields.name, MAX_NAME);
    if let Some(parent) = fields.parent {
        let above = team::with_above(unit, parent).await?;
        let levels_below = team::with_below(unit, id).await?.last().map_or(0, |(_, depth)| *depth);
        if above.is_empty() {
            faults.add("/parent_id", "unknown_team", "names no team of this tenant");
        } else if let Err(error) = check_placement(id, levels_below, &above) {
            let code = match error {
                PlacementError::Circle => "circle",
                PlacementError::TooDeep => "too_deep",
            };
            faults.add("/parent_id", code, error.to_string());
        }
    }
    faults.finish(TeamFields { name, ..fields }).map_err(Error::invalid)
}

/// What one would have by being in such a team. Its role stays as it is until the transaction ends.
pub(super) async fn granted_by(app: &App, unit: &Unit, fields: &TeamFields) -> Result<PermissionSet, Error> {
    let by_role = match fields.role {
        Some(role) => of_role(app, unit, role).await?,
        None => PermissionSet::default(),
    };
    let by_teams_above = match fields.parent {
        Some(parent) => granted_in(app, unit, parent).await?,
        None => PermissionSet::default(),
    };
    Ok(by_role.union(&by_teams_above))
}

/// What one has by being in this team: what it hands down, and what those above it do.
pub(in crate::service) async fn granted_in(app: &App, tx: &Tx, team: TeamId) -> Result<PermissionSet, Error> {
    let held = team::handed_down(tx, team).await?;
    Ok(held.iter().fold(PermissionSet::default(), |all, held| all.union(&of_held(app, held))))
}

pub(in crate::service) fn or_taken(error: data::Error) -> Error {
    match error {
        error if team::is_name_taken(&error) => Error::TeamNameTaken,
        error if team::is_id_taken(&error) => Error::TeamExists,
        error => error.into(),
    }
}

/// What an audit entry says of one.
pub(in crate::service) fn audited(fields: &TeamFields) -> Value {
    let (role, role_id) = (fields.role.map(RoleRef::name), fields.role.and_then(RoleRef::id));
    json!({ "name": fields.name, "parent_id": fields.parent, "role": role, "role_id": role_id })
}
