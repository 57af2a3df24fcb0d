//! Takes an item out of use. Only one without stock: what is on hand must not vanish from the books.

use crate::App;
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::store;
use data::AuditEntry;
use inventory_contract::ItemId;
use kernel::Ctx;
use serde_json::json;

pub async fn delete_item(app: &App, ctx: &Ctx, id: ItemId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    hold(&mut unit, ctx, &[id]).await?;
    let before = store::item::find_to_change(&unit, id).await?.ok_or(Error::ItemNotFound)?;
    if store::bin::any_of(&unit, &[id]).await? || !store::stock_level::delete_empty(&unit, id).await? {
        return Err(Error::ItemHasStock);
    }
    if store::purchase_order_line::any_on_order(&unit, &[id]).await? {
        return Err(Error::ItemOnOrder);
    }
    // Who makes it a part of another holds it too.
    if let Some(sku) = store::bill_component::user_of(&unit, id).await? {
        return Err(Error::ItemIsComponent { sku });
    }
    if !store::item::delete(&unit, id).await? {
        return Err(Error::ItemNotFound);
    }
    store::item_barcode::delete_of_item(&unit, id).await?;
    unit.publish(&before.item.fields.deleted(id))?;
    unit.audit(AuditEntry {
        action: "inventory.item.delete",
        resource: "item",
        resource_id: id.uuid(),
        before: Some(json!(before.item.fields)),
        after: None,
    })?;
    Ok(unit.commit(()).await?)
}
