//! The tenant's own roles.

use crate::app::App;
use crate::domain::RoleId;
use crate::error::Error;
use crate::store::role::{self, Role};
use kernel::{Ctx, Page, PageRequest};

pub async fn list(app: &App, ctx: &Ctx, request: &PageRequest) -> Result<Page<Role>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(role::page(&read, request).await?)
}

pub async fn one(app: &App, ctx: &Ctx, id: RoleId) -> Result<Role, Error> {
    let read = app.databases.read(ctx).await?;
    role::find(&read, id).await?.ok_or(Error::RoleNotFound)
}

pub async fn one_deleted_too(app: &App, ctx: &Ctx, id: RoleId) -> Result<Role, Error> {
    let read = app.databases.read(ctx).await?;
    role::find_deleted_too(&read, id).await?.ok_or(Error::RoleNotFound)
}
