//! Takes a category out of use. Only one without others below it and without items, which would stand nowhere.

use crate::App;
use crate::error::Error;
use crate::store;
use data::AuditEntry;
use inventory_contract::CategoryId;
use kernel::Ctx;
use serde_json::json;

pub async fn delete_category(app: &App, ctx: &Ctx, id: CategoryId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    store::category::hold_tree(&unit, ctx).await?;
    let before = store::category::find_to_change(&unit, id).await?.ok_or(Error::CategoryNotFound)?;
    if store::category::has_children(&unit, id).await? {
        return Err(Error::CategoryHasChildren);
    }
    if store::category::has_items(&unit, &before.fields.name).await? {
        return Err(Error::CategoryHasItems);
    }
    if !store::category::delete(&unit, id).await? {
        return Err(Error::CategoryNotFound);
    }
    unit.publish(&before.deleted())?;
    unit.audit(AuditEntry {
        action: "inventory.category.delete",
        resource: "category",
        resource_id: id.uuid(),
        before: Some(json!(before.fields)),
        after: None,
    })?;
    Ok(unit.commit(()).await?)
}
