//! A page of items, each with its stock.

use crate::App;
use crate::domain::item::StockedItem;
use crate::error::Error;
use crate::service::ledger::stock_now::stock_now;
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
    let mut page = store::item::page(&tx, filter, request).await?;
    let mut levels: Vec<_> = page.data.iter_mut().map(|stocked| &mut stocked.level).collect();
    stock_now(&tx, ctx, &mut levels).await?;
    Ok(page)
}
