//! Brings a deleted category back where it stood.

use crate::App;
use crate::domain::category::Category;
use crate::error::Error;
use crate::service::catalogue::place_category::placed;
use crate::store;
use data::AuditEntry;
use inventory_contract::CategoryId;
use kernel::Ctx;
use serde_json::json;

pub async fn restore_category(app: &App, ctx: &Ctx, id: CategoryId) -> Result<Category, Error> {
    let mut unit = app.databases.write(ctx).await?;
    store::category::hold_tree(&unit, ctx).await?;
    let Some(category) = store::category::restore(&unit, id).await? else {
        let known = store::category::find(&unit, id).await?.is_some();
        return Err(if known { Error::CategoryNotDeleted } else { Error::CategoryNotFound });
    };
    if let Some(parent) = category.fields.parent
        && store::category::find(&unit, parent).await?.is_none()
    {
        return Err(Error::CategoryParentDeleted);
    }
    placed(&unit, id, category.fields.clone()).await?;
    unit.publish(&category.restored())?;
    unit.audit(AuditEntry {
        action: "inventory.category.restore",
        resource: "category",
        resource_id: id.uuid(),
        before: Some(json!({ "deleted": true })),
        after: Some(json!(category.fields)),
    })?;
    Ok(unit.commit(category).await?)
}
