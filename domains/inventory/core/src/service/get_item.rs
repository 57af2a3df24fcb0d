//! One item with its stock.

use crate::App;
use crate::domain::item::StockedItem;
use crate::error::Error;
use crate::store;
use inventory_contract::ItemId;
use kernel::Ctx;

pub async fn get_item(app: &App, ctx: &Ctx, id: ItemId) -> Result<StockedItem, Error> {
    let tx = app.databases.read(ctx).await?;
    store::item::find(&tx, id).await?.ok_or(Error::ItemNotFound)
}

pub async fn get_item_deleted_too(app: &App, ctx: &Ctx, id: ItemId) -> Result<StockedItem, Error> {
    let tx = app.databases.read(ctx).await?;
    store::item::find_deleted_too(&tx, id).await?.ok_or(Error::ItemNotFound)
}
