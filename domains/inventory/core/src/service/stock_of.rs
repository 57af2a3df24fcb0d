//! How much there is of an item, for other domains.

use crate::App;
use crate::error::Error;
use crate::store;
use inventory_contract::{ItemId, Stock};
use kernel::Ctx;

pub async fn stock_of(app: &App, ctx: &Ctx, item: ItemId) -> Result<Stock, Error> {
    let tx = app.databases.read(ctx).await?;
    let level = store::stock_level::find(&tx, item).await?.ok_or(Error::ItemNotFound)?;
    Ok(level.stock())
}
