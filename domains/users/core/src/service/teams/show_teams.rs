//! The teams of the tenant.

use crate::app::App;
use crate::domain::TeamId;
use crate::error::Error;
use crate::store::team::{self, Team};
use kernel::{Ctx, Page, PageRequest};

/// All of them, or those right below this one.
pub async fn list(
    app: &App,
    ctx: &Ctx,
    parent: Option<TeamId>,
    request: &PageRequest,
) -> Result<Page<Team>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(team::page(&read, parent, request).await?)
}

pub async fn one(app: &App, ctx: &Ctx, id: TeamId) -> Result<Team, Error> {
    let read = app.databases.read(ctx).await?;
    team::find(&read, id).await?.ok_or(Error::TeamNotFound)
}

pub async fn one_deleted_too(app: &App, ctx: &Ctx, id: TeamId) -> Result<Team, Error> {
    let read = app.databases.read(ctx).await?;
    team::find_deleted_too(&read, id).await?.ok_or(Error::TeamNotFound)
}
