//! The rest of a renaming: items of a category that has many get its new name batch after batch. Until then those
//! that are left stand in a category of the old name, which goes with the last of them.

use crate::App;
use crate::error::Error;
use crate::jobs::MoveCategoryItems;
use crate::store;
use data::{ActAs, AuditEntry, JobOptions, Unit};
use inventory_contract::CategoryId;
use kernel::Ctx;
use serde_json::json;

/// In one unit: what each takes is held until it ends, and a statement has its time.
const BATCH: usize = 1_000;

/// How many were given the name, and whether others are left. The caller holds the category that they come from.
pub(super) async fn move_some(unit: &mut Unit, from: &str, to: &str) -> Result<(usize, bool), Error> {
    let mut items = store::category::some_items(unit, from, BATCH + 1).await?;
    let more = items.len() > BATCH;
    items.truncate(BATCH);
    // All who change several items hold them in one order.
    store::item::hold(unit, &items).await?;
    let renamed = store::category::rename_on_items(unit, &items, from, to).await?;
    for item in &renamed {
        unit.publish(&item.fields.changed(item.id))?;
    }
    Ok((renamed.len(), more))
}

pub(super) fn move_rest_later(unit: &mut Unit, from: CategoryId, to: CategoryId) -> Result<(), Error> {
    let options = JobOptions { act_as: ActAs::System, ..JobOptions::default() };
    unit.enqueue(&MoveCategoryItems { from, to }, options)?;
    Ok(())
}

pub async fn move_category_items(
    app: &App,
    ctx: &Ctx,
    MoveCategoryItems { from: id, to }: MoveCategoryItems,
) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    store::category::hold_tree(&unit, ctx).await?;
    let from = store::category::find_to_change(&unit, id).await?;
    let to = store::category::find_to_keep(&unit, to).await?;
    // Where either was deleted since, what is left stays where it is.
    let (Some(from), Some(to)) = (from, to) else { return Ok(()) };
    let (moved, more) = move_some(&mut unit, &from.fields.name, &to.fields.name).await?;
    let deleted = !more
        && !store::category::has_children(&unit, id).await?
        && store::category::delete(&unit, id).await?;
    if deleted {
        unit.publish(&from.deleted())?;
    }
    if more {
        move_rest_later(&mut unit, id, to.id)?;
    }
    unit.audit(AuditEntry {
        action: "inventory.category.move_items",
        resource: "category",
        resource_id: to.id.uuid(),
        before: Some(json!({ "category": from.id, "name": from.fields.name })),
        after: Some(json!({ "name": to.fields.name, "items_renamed": moved, "deleted": deleted })),
    })?;
    Ok(unit.commit(()).await?)
}
