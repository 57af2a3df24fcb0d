//! Changes an item's fields, if it is still as the caller saw it.

use crate::App;
use crate::domain::item::{ItemChange, StockedItem};
use crate::error::Error;
use crate::service::get_item::find_item;
use crate::store;
use data::AuditEntry;
use inventory_contract::ItemId;
use kernel::Ctx;
use serde_json::json;

/// `expected` is the tag the caller saw; none means any.
pub async fn patch_item(
    app: &App,
    ctx: &Ctx,
    id: ItemId,
    expected: Option<i64>,
    change: ItemChange,
) -> Result<StockedItem, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = find_item(&unit, id).await?;
    if expected.is_some_and(|expected| expected != before.tag()) {
        return Err(Error::stale());
    }
    let fields = change.apply(Some(&before.item.fields)).map_err(Error::invalid)?;
    // Only the fields' version can be lost to another here: stock that moves meanwhile is not written.
    let item =
        store::item::update(&unit, id, before.item.version, &fields).await?.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "inventory.item.update",
        resource: "item",
        resource_id: id.uuid(),
        before: Some(json!(before.item.fields)),
        after: Some(json!(fields)),
    })?;
    Ok(unit.commit(StockedItem { item, level: before.level }).await?)
}
