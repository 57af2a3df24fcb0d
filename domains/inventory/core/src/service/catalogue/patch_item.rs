//! Changes an item's fields, if it is still as the caller saw it.

use crate::App;
use crate::domain::item::{ItemChange, ItemFields, StockedItem, changed_of_moved};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::catalogue::hold_category::hold_categories;
use crate::service::catalogue::hold_family::hold_family;
use crate::service::ledger::hold::hold;
use crate::service::ledger::stock_now::as_shown;
use crate::service::reordering::watch::follow;
use crate::service::valuation::change_cost::change_cost;
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
    hold(&mut unit, ctx, &[id]).await?;
    hold_categories(&mut unit, ctx, [change.category.as_ref().and_then(Option::as_deref)]).await?;
    let before = store::item::find_to_change(&unit, id).await?.ok_or(Error::ItemNotFound)?;
    let seen = as_shown(&unit, ctx, before.clone()).await?;
    if expected.is_some_and(|expected| expected != seen.tag()) {
        return Err(Error::stale());
    }
    let fields = change.apply(Some(&before.item.fields)).map_err(Error::invalid)?;
    let item = audited_change(&mut unit, ctx, before, &fields).await?;
    let item = as_shown(&unit, ctx, item).await?;
    Ok(unit.commit(item).await?)
}

/// For use cases that go on in the same unit, and hold the item's stock and category.
pub async fn audited_change(
    unit: &mut Unit,
    ctx: &Ctx,
    before: StockedItem,
    fields: &ItemFields,
) -> Result<StockedItem, Error> {
    if before.item.fields == *fields {
        return Ok(before);
    }
    let StockedItem { item: before, level } = before;
    hold_family(unit, before.fields.variant.as_ref(), fields.variant.as_ref()).await?;
    let mut level = change_policy(unit, level, &before.fields, fields).await?;
    let item =
        store::item::update(unit, before.id, before.version, fields).await?.ok_or_else(Error::stale)?;
    unit.publish(&fields.changed(before.id))?;
    change_cost(unit, ctx, before.id, &level, before.fields.unit_cost).await?;
    if before.fields.reorder_level != fields.reorder_level {
        let followed = follow(unit, ctx, [(before.id, fields.reorder_level)]).await?;
        level = followed.into_iter().next().unwrap_or(level);
    }
    unit.audit(AuditEntry {
        action: "inventory.item.update",
        resource: "item",
        resource_id: before.id.uuid(),
        before: Some(json!(before.fields)),
        after: Some(json!(fields)),
    })?;
    Ok(StockedItem { item, level })
}

/// Where what its stock depends on may be changed.
async fn change_policy(
    unit: &Unit,
    level: Level,
    before: &ItemFields,
    after: &ItemFields,
) -> Result<Level, Error> {
    if let Some(field) = changed_of_moved(before, after)
        && (level.has_moved() || level.awaited)
    {
        return Err(Error::ItemHasMoved { field });
    }
    if before.unit != after.unit
        && let Some(by) = store::unit_use::uses_unit_of(unit, level.item).await?
    {
        return Err(Error::UnitInUse { unit: before.unit.clone(), by });
    }
    write_policy(unit, level, after).await
}

/// What of the item its stock depends on, and so its balances keep too; the level as it is then.
pub(in crate::service) async fn write_policy(
    unit: &Unit,
    level: Level,
    after: &ItemFields,
) -> Result<Level, Error> {
    let item = level.item;
    let changed = Level {
        may_be_negative: after.may_be_negative,
        tracked: after.tracking.is_tracked(),
        revision: level.revision + 1,
        ..level
    };
    let same = (level.may_be_negative, level.tracked) == (changed.may_be_negative, changed.tracked);
    if same {
        return Ok(level);
    }
    if level.may_be_negative && store::warehouse_level::is_uncovered(unit, item).await? {
        return Err(Error::ItemIsNegative);
    }
    store::stock_level::write(unit, &changed).await?;
    store::warehouse_level::set_policy(unit, item, changed.may_be_negative).await?;
    store::bin::set_policy(unit, item, changed.may_be_negative).await?;
    Ok(changed)
}
