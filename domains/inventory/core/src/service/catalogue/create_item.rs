//! Adds an item, which has no stock yet.

use crate::App;
use crate::domain::item::{ItemFields, ItemInput, StockedItem};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::catalogue::hold_category::hold_categories;
use crate::service::catalogue::hold_family::hold_family;
use crate::service::reordering::watch::watch;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::ItemId;
use kernel::Ctx;
use serde_json::json;

pub struct CreateItem {
    /// The caller's own, if it has one.
    pub id: Option<ItemId>,
    pub input: ItemInput,
}

pub async fn create_item(app: &App, ctx: &Ctx, command: CreateItem) -> Result<StockedItem, Error> {
    let fields = command.input.check().map_err(Error::invalid)?;
    let id = command.id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    hold_categories(&mut unit, ctx, [fields.category.as_deref()]).await?;
    let item = audited_create(&mut unit, ctx, id, &fields).await?;
    Ok(unit.commit(item).await?)
}

/// For use cases that go on in the same unit, and hold the item's category.
pub async fn audited_create(
    unit: &mut Unit,
    ctx: &Ctx,
    id: ItemId,
    fields: &ItemFields,
) -> Result<StockedItem, Error> {
    hold_family(unit, None, fields.variant.as_ref()).await?;
    let mut level = Level::of(id, fields);
    let item = store::item::insert(unit, id, fields).await?;
    unit.publish(&fields.created(id))?;
    store::stock_level::insert_all(unit, ctx, &[level]).await?;
    watch(unit, ctx, &mut level).await?;
    unit.audit(AuditEntry {
        action: "inventory.item.create",
        resource: "item",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!(fields)),
    })?;
    Ok(StockedItem { item, level })
}
