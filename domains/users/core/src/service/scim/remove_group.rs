//! The directory does not speak of a group any more: the team is taken out of use.

use crate::app::App;
use crate::domain::TeamId;
use crate::error::Error;
use crate::service::scim::version::Seen;
use crate::service::scim::{base, group};
use crate::service::teams::delete_team::delete_team;
use kernel::Ctx;

pub async fn remove_group(app: &App, ctx: &Ctx, id: TeamId, seen: Seen) -> Result<(), Error> {
    let read = app.databases.read(ctx).await?;
    let found = group::find(&read, id).await?;
    seen.require(&found.document(&base(app)))?;
    drop(read);
    delete_team(app, ctx, id).await
}
