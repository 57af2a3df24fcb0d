//! Changes an item's fields, if it is still as the caller saw it.

use crate::App;
use crate::domain::item::{ItemChange, ItemFields, StockedItem};
use crate::error::Error;
use crate::store;
use data::{AuditEntry, Unit};
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
    let before = store::item::find_to_change(&unit, id).await?.ok_or(Error::ItemNotFound)?;
    if expected.is_some_and(|expected| expected != before.tag()) {
        return Err(Error::stale());
    }
    let fields = change.apply(Some(&before.item.fields)).map_err(Error::invalid)?;
    let item = audited_change(&mut unit, before, &fields).await?;
    Ok(unit.commit(item).await?)
}

/// For use cases that go on in the same unit.
pub async fn audited_change(
    unit: &mut Unit,
    before: StockedItem,
    fields: &ItemFields,
) -> Result<StockedItem, Error> {
    if before.item.fields == *fields {
        return Ok(before);
    }
    let StockedItem { item: before, level } = before;
    let item =
        store::item::update(unit, before.id, before.version, fields).await?.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "inventory.item.update",
        resource: "item",
        resource_id: before.id.uuid(),
        before: Some(json!(before.fields)),
        after: Some(json!(fields)),
    })?;
    Ok(StockedItem { item, level })
}
