//! One item with its stock.

use crate::App;
use crate::domain::item::StockedItem;
use crate::error::Error;
use crate::store;
use data::Tx;
use inventory_contract::ItemId;
use kernel::Ctx;

pub async fn get_item(app: &App, ctx: &Ctx, id: ItemId) -> Result<StockedItem, Error> {
    let tx = app.databases.read(ctx).await?;
    find_item(&tx, id).await
}

pub async fn get_item_deleted_too(app: &App, ctx: &Ctx, id: ItemId) -> Result<StockedItem, Error> {
    let tx = app.databases.read(ctx).await?;
    let item = store::item::find_deleted_too(&tx, id).await?.ok_or(Error::ItemNotFound)?;
    let level = store::stock_level::find_deleted_too(&tx, id).await?.ok_or(Error::ItemNotFound)?;
    Ok(StockedItem { item, level })
}

/// For use cases that go on in the same transaction.
pub async fn find_item(tx: &Tx, id: ItemId) -> Result<StockedItem, Error> {
    let item = store::item::find(tx, id).await?.ok_or(Error::ItemNotFound)?;
    let level = store::stock_level::find(tx, id).await?.ok_or(Error::ItemNotFound)?;
    Ok(StockedItem { item, level })
}
