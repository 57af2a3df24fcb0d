//! Brings a deleted item back, with nothing on hand.

use crate::App;
use crate::domain::item::StockedItem;
use crate::error::Error;
use crate::service::catalogue::hold_category::hold_categories;
use crate::service::catalogue::hold_family::hold_family;
use crate::service::ledger::hold::hold;
use crate::store;
use data::AuditEntry;
use inventory_contract::ItemId;
use kernel::Ctx;
use serde_json::json;

pub async fn restore_item(app: &App, ctx: &Ctx, id: ItemId) -> Result<StockedItem, Error> {
    let mut unit = app.databases.write(ctx).await?;
    // Its parts stay with it from here on: who deletes one of them holds it.
    let parts = store::bill_component::of(&unit, id).await?;
    let parts: Vec<ItemId> = parts.into_iter().map(|component| component.item).collect();
    hold(&mut unit, ctx, &parts).await?;
    let seen = store::item::find_deleted_too(&unit, id).await?.ok_or(Error::ItemNotFound)?.item;
    let gone_since = seen.deleted_at.ok_or(Error::ItemNotDeleted)?;
    if let Some(sku) = store::bill_component::deleted_part_of(&unit, id).await? {
        return Err(Error::ComponentDeleted { sku });
    }
    // Before the item: who has the family waits for those who take a SKU or a place in it.
    hold_categories(&mut unit, ctx, [seen.fields.category.as_deref()]).await?;
    let fits = hold_family(&unit, None, seen.fields.variant.as_ref()).await;
    fits.map_err(|error| if matches!(error, Error::Other(_)) { Error::VariantUnfit } else { error })?;
    let item = store::item::restore(&unit, id).await?.ok_or(Error::ItemNotDeleted)?;
    if item.version != seen.version + 1 {
        let why = "an item was restored and deleted by another while it was restored";
        return Err(data::Error::Busy(why.into()).into());
    }
    store::item_barcode::restore_of_item(&unit, id, gone_since).await?;
    let level = store::stock_level::restore(&unit, id).await?.ok_or(Error::ItemNotFound)?;
    unit.publish(&item.fields.restored(id))?;
    unit.audit(AuditEntry {
        action: "inventory.item.restore",
        resource: "item",
        resource_id: id.uuid(),
        before: Some(json!({ "deleted": true })),
        after: Some(json!(item.fields)),
    })?;
    Ok(unit.commit(StockedItem { item, level }).await?)
}
