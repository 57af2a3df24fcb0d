//! Gives a category another name or place. Its items have the new name from the same instant, or the first thousand
//! of them.

use crate::App;
use crate::domain::category::{Category, CategoryFields};
use crate::error::Error;
use crate::service::catalogue::move_category_items::{move_rest_later, move_some};
use crate::service::catalogue::place_category::placed;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::CategoryId;
use kernel::Ctx;
use serde_json::json;

pub struct PatchCategory {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected: Option<i64>,
    /// `None` leaves it as it is.
    pub name: Option<String>,
    pub parent: Option<Option<CategoryId>>,
}

pub async fn patch_category(
    app: &App,
    ctx: &Ctx,
    id: CategoryId,
    change: PatchCategory,
) -> Result<Category, Error> {
    let mut unit = app.databases.write(ctx).await?;
    store::category::hold_tree(&unit, ctx).await?;
    let before = store::category::find_to_change(&unit, id).await?.ok_or(Error::CategoryNotFound)?;
    if change.expected.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    let fields = CategoryFields {
        name: change.name.unwrap_or_else(|| before.fields.name.clone()),
        parent: change.parent.unwrap_or(before.fields.parent),
    };
    let fields = placed(&unit, id, fields).await?;
    if fields == before.fields {
        return Ok(unit.commit(before).await?);
    }
    let after = store::category::update(&unit, &before, &fields).await?.ok_or_else(Error::stale)?;
    unit.publish(&after.changed())?;
    let items = rename_items(&mut unit, ctx, &before, &fields.name).await?;
    unit.audit(AuditEntry {
        action: "inventory.category.update",
        resource: "category",
        resource_id: id.uuid(),
        before: Some(json!(before.fields)),
        after: Some(json!({ "name": fields.name, "parent_id": fields.parent, "items_renamed": items })),
    })?;
    Ok(unit.commit(after).await?)
}

/// How many have the new name at once. Where there are more, a category of the old name has them until a job has
/// moved them.
async fn rename_items(unit: &mut Unit, ctx: &Ctx, before: &Category, name: &str) -> Result<usize, Error> {
    if name == before.fields.name {
        return Ok(0);
    }
    let (moved, more) = move_some(unit, &before.fields.name, name).await?;
    if more {
        let rest = ctx.new_id();
        let category = store::category::insert(unit, rest, &before.fields).await?;
        unit.publish(&category.created())?;
        move_rest_later(unit, rest, before.id)?;
    }
    Ok(moved)
}
