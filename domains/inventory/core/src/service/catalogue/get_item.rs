//! One item with its stock.

use crate::App;
use crate::domain::item::StockedItem;
use crate::error::Error;
use crate::service::ledger::stock_now::as_shown;
use crate::store;
use inventory_contract::ItemId;
use kernel::Ctx;

pub async fn get_item(app: &App, ctx: &Ctx, id: ItemId) -> Result<StockedItem, Error> {
    let tx = app.databases.read(ctx).await?;
    let found = store::item::find(&tx, id).await?.ok_or(Error::ItemNotFound)?;
    Ok(as_shown(&tx, ctx, found).await?)
}

pub async fn get_item_deleted_too(app: &App, ctx: &Ctx, id: ItemId) -> Result<StockedItem, Error> {
    let tx = app.databases.read(ctx).await?;
    let found = store::item::find_deleted_too(&tx, id).await?.ok_or(Error::ItemNotFound)?;
    Ok(as_shown(&tx, ctx, found).await?)
}
