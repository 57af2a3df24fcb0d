//! Takes an item out of use. Only one without stock: what is on hand must not vanish from the books.

use crate::App;
use crate::error::Error;
use crate::store;
use data::AuditEntry;
use inventory_contract::ItemId;
use kernel::Ctx;
use serde_json::json;

pub async fn delete_item(app: &App, ctx: &Ctx, id: ItemId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = store::item::find_to_change(&unit, id).await?.ok_or(Error::ItemNotFound)?;
    if !store::stock_level::delete_empty(&unit, id).await? {
        return Err(Error::ItemHasStock);
    }
    if !store::item::delete(&unit, id).await? {
        return Err(Error::ItemNotFound);
    }
    unit.audit(AuditEntry {
        action: "inventory.item.delete",
        resource: "item",
        resource_id: id.uuid(),
        before: Some(json!(before.item.fields)),
        after: None,
    })?;
    Ok(unit.commit(()).await?)
}
