//! Shows mappings that are kept.

use super::App;
use crate::domain::saved_mapping::SavedMapping;
use crate::error::Error;
use crate::store;
use imports_contract::MappingId;
use kernel::{Ctx, Page, PageRequest};

pub async fn list_mappings(
    app: &App,
    ctx: &Ctx,
    target: Option<&str>,
    page: &PageRequest,
) -> Result<Page<SavedMapping>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(store::mapping::page(&read, target, page).await?)
}

pub async fn get_mapping(app: &App, ctx: &Ctx, id: MappingId) -> Result<SavedMapping, Error> {
    let read = app.databases.read(ctx).await?;
    store::mapping::find(&read, id).await?.ok_or(Error::MappingNotFound)
}

pub async fn get_mapping_deleted_too(app: &App, ctx: &Ctx, id: MappingId) -> Result<SavedMapping, Error> {
    let read = app.databases.read(ctx).await?;
    store::mapping::find_deleted_too(&read, id).await?.ok_or(Error::MappingNotFound)
}
