//! The families of the tenant.

use crate::App;
use crate::domain::family::Family;
use crate::error::Error;
use crate::store;
use inventory_contract::FamilyId;
use kernel::{Ctx, Page, PageRequest};

pub async fn list_families(app: &App, ctx: &Ctx, request: &PageRequest) -> Result<Page<Family>, Error> {
    let tx = app.databases.read(ctx).await?;
    Ok(store::family::page(&tx, request).await?)
}

pub async fn get_family(app: &App, ctx: &Ctx, id: FamilyId) -> Result<Family, Error> {
    let tx = app.databases.read(ctx).await?;
    store::family::find(&tx, id).await?.ok_or(Error::FamilyNotFound)
}

pub async fn get_family_deleted_too(app: &App, ctx: &Ctx, id: FamilyId) -> Result<Family, Error> {
    let tx = app.databases.read(ctx).await?;
    store::family::find_deleted_too(&tx, id).await?.ok_or(Error::FamilyNotFound)
}
