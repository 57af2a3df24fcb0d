//! The directory does not speak of a group any more: the team is taken out of use.

use crate::app::App;
use crate::domain::TeamId;
use crate::error::Error;
use crate::permissions::DIRECTORY_PROVISION;
use crate::service::roles::authority;
use crate::service::scim::version::Seen;
use crate::service::scim::{base, group};
use crate::service::teams::create_team::hold_teams;
use crate::service::teams::delete_team::{audit_deletion, delete_within};
use kernel::Ctx;

pub async fn remove_group(app: &App, ctx: &Ctx, id: TeamId, seen: Seen) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    // Held, so that what was seen is what is taken.
    hold_teams(&unit).await?;
    authority::hold(app, ctx, &unit, &DIRECTORY_PROVISION).await?;
    let found = group::find_to_change(&unit, id).await?;
    seen.require(&found.document(&base(app)))?;
    let before = delete_within(app, ctx, &mut unit, &DIRECTORY_PROVISION, id).await?;
    audit_deletion(&mut unit, &before)?;
    Ok(unit.commit(()).await?)
}
