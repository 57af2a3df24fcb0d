//! How much there is of an item, for other domains.

use crate::App;
use crate::error::Error;
use crate::service::ledger::stock_now::stock_now;
use crate::store;
use inventory_contract::{ItemId, Stock};
use kernel::Ctx;

pub async fn stock_of(app: &App, ctx: &Ctx, item: ItemId) -> Result<Stock, Error> {
    let tx = app.databases.read(ctx).await?;
    let mut level = store::stock_level::find(&tx, item).await?.ok_or(Error::ItemNotFound)?;
    stock_now(&tx, ctx, &mut [&mut level]).await?;
    Ok(level.stock())
}
