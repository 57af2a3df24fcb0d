//! Brings a deleted item back, with nothing on hand. One that is there is left as it is.

use crate::App;
use crate::domain::item::StockedItem;
use crate::error::Error;
use crate::service::get_item::find_item;
use crate::store;
use data::AuditEntry;
use inventory_contract::ItemId;
use kernel::Ctx;
use serde_json::json;

pub async fn restore_item(app: &App, ctx: &Ctx, id: ItemId) -> Result<StockedItem, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(item) = store::item::restore(&unit, id).await? else {
        let present = find_item(&unit, id).await?;
        return Ok(unit.commit(present).await?);
    };
    let level = store::stock_level::restore(&unit, id).await?.ok_or(Error::ItemNotFound)?;
    unit.audit(AuditEntry {
        action: "inventory.item.restore",
        resource: "item",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!(item.fields)),
    })?;
    Ok(unit.commit(StockedItem { item, level }).await?)
}
