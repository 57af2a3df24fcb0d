//! A page of items, each with its stock.

use crate::App;
use crate::domain::item::StockedItem;
use crate::error::Error;
use crate::store;
use crate::store::item::ItemFilter;
use kernel::{Ctx, Page, PageRequest};

pub async fn list_items(
    app: &App,
    ctx: &Ctx,
    filter: &ItemFilter,
    request: &PageRequest,
) -> Result<Page<StockedItem>, Error> {
    let tx = app.databases.read(ctx).await?;
    Ok(store::item::page(&tx, filter, request).await?)
}
