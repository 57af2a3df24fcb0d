//! The categories of the tenant.

use crate::App;
use crate::domain::category::Category;
use crate::error::Error;
use crate::store;
use crate::store::category::CategoryFilter;
use inventory_contract::CategoryId;
use kernel::{Ctx, Page, PageRequest};

pub async fn list_categories(
    app: &App,
    ctx: &Ctx,
    filter: &CategoryFilter,
    request: &PageRequest,
) -> Result<Page<Category>, Error> {
    let tx = app.databases.read(ctx).await?;
    Ok(store::category::page(&tx, filter, request).await?)
}

pub async fn get_category(app: &App, ctx: &Ctx, id: CategoryId) -> Result<Category, Error> {
    let tx = app.databases.read(ctx).await?;
    store::category::find(&tx, id).await?.ok_or(Error::CategoryNotFound)
}

pub async fn get_category_deleted_too(app: &App, ctx: &Ctx, id: CategoryId) -> Result<Category, Error> {
    let tx = app.databases.read(ctx).await?;
    store::category::find_deleted_too(&tx, id).await?.ok_or(Error::CategoryNotFound)
}
