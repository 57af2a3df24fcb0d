//! Brings a deleted item back, with nothing on hand.

use crate::App;
use crate::domain::item::StockedItem;
use crate::error::Error;
use crate::store;
use data::AuditEntry;
use inventory_contract::ItemId;
use kernel::Ctx;
use serde_json::json;

pub async fn restore_item(app: &App, ctx: &Ctx, id: ItemId) -> Result<StockedItem, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(item) = store::item::restore(&unit, id).await? else {
        let known = store::item::find(&unit, id).await?.is_some();
        return Err(if known { Error::ItemNotDeleted } else { Error::ItemNotFound });
    };
    let level = store::stock_level::restore(&unit, id).await?.ok_or(Error::ItemNotFound)?;
    unit.audit(AuditEntry {
        action: "inventory.item.restore",
        resource: "item",
        resource_id: id.uuid(),
        before: Some(json!({ "deleted": true })),
        after: Some(json!(item.fields)),
    })?;
    Ok(unit.commit(StockedItem { item, level }).await?)
}
