//! Brings a deleted team back where it stood, with those who were in it and have not left the tenant since.
//! The team above it and its role must still be there.

use crate::app::App;
use crate::domain::TeamId;
use crate::error::Error;
use crate::permissions::TEAMS_WRITE;
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::service::teams::create_team::{audited, checked, granted_by, hold_teams, or_taken};
use crate::store::team::{self, Team};
use data::AuditEntry;
use kernel::Ctx;
use serde_json::json;

pub async fn restore_team(app: &App, ctx: &Ctx, id: TeamId) -> Result<Team, Error> {
    let mut unit = app.databases.write(ctx).await?;
    hold_teams(&unit).await?;
    let acting = authority::hold(app, ctx, &unit, &TEAMS_WRITE).await?;
    let Some(team) = team::restore(&unit, id).await.map_err(or_taken)? else {
        let known = team::find(&unit, id).await?.is_some();
        return Err(if known { Error::TeamNotDeleted } else { Error::TeamNotFound });
    };
    let fields = checked(&unit, id, team.fields.clone()).await?;
    let granted = granted_by(app, &unit, &fields).await?;
    acting.require_covered(&granted)?;
    fresh::require_to_grant(app, ctx, &granted)?;
    unit.audit(AuditEntry {
        action: "users.team.restore",
        resource: "team",
        resource_id: id.uuid(),
        before: Some(json!({ "deleted": true })),
        after: Some(audited(&fields)),
    })?;
    authority::forget_team(app, &mut unit, id).await?;
    Ok(unit.commit(team).await?)
}
