//! Takes a team out of use, and with it what its members may do by it. Only one without teams below it, which
//! would stand nowhere.

use crate::app::App;
use crate::domain::TeamId;
use crate::error::Error;
use crate::service::roles::authority::{self, require_covered};
use crate::service::teams::create_team::{audited, granted_in, hold_teams};
use crate::store::team;
use data::AuditEntry;
use kernel::Ctx;

pub async fn delete_team(app: &App, ctx: &Ctx, id: TeamId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    hold_teams(&unit).await?;
    let before = team::find_to_change(&unit, id).await?.ok_or(Error::TeamNotFound)?;
    require_covered(ctx, &granted_in(app, &unit, id).await?)?;
    if team::any_below(&unit, id).await? {
        return Err(Error::TeamHasTeams);
    }
    if !team::delete(&unit, id).await? {
        return Err(Error::TeamNotFound);
    }
    unit.audit(AuditEntry {
        action: "users.team.delete",
        resource: "team",
        resource_id: id.uuid(),
        before: Some(audited(&before.fields)),
        after: None,
    })?;
    authority::forget_team(app, &mut unit, id).await?;
    Ok(unit.commit(()).await?)
}
