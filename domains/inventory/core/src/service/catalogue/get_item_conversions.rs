//! What the units of one item are in each other, beside what the standard fixes.

use crate::App;
use crate::domain::units::ItemConversions;
use crate::error::Error;
use crate::store;
use inventory_contract::ItemId;
use kernel::Ctx;

/// All of an item's, and the version of them.
pub struct OfItem {
    pub item: ItemId,
    pub version: i64,
    pub conversions: ItemConversions,
}

pub async fn get_item_conversions(app: &App, ctx: &Ctx, item: ItemId) -> Result<OfItem, Error> {
    let tx = app.databases.read(ctx).await?;
    store::item::find(&tx, item).await?.ok_or(Error::ItemNotFound)?;
    let (version, conversions) = store::item_conversion::find(&tx, item).await?;
    Ok(OfItem { item, version, conversions })
}
