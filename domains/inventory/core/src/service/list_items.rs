//! A page of items, each with its stock.

use crate::App;
use crate::domain::item::StockedItem;
use crate::domain::stock::Level;
use crate::error::Error;
use crate::store;
use crate::store::item::ItemFilter;
use inventory_contract::ItemId;
use kernel::{Ctx, Page, PageRequest};
use std::collections::HashMap;

pub async fn list_items(
    app: &App,
    ctx: &Ctx,
    filter: &ItemFilter,
    request: &PageRequest,
) -> Result<Page<StockedItem>, Error> {
    let tx = app.databases.read(ctx).await?;
    let items = store::item::page(&tx, filter, request).await?;
    let ids: Vec<ItemId> = items.data.iter().map(|item| item.id).collect();
    let levels = store::stock_level::of_items(&tx, &ids).await?;
    let levels: HashMap<ItemId, Level> = levels.into_iter().map(|level| (level.item, level)).collect();
    Ok(items.map(|item| {
        let level = levels.get(&item.id).copied().unwrap_or(Level::empty(item.id));
        StockedItem { item, level }
    }))
}
