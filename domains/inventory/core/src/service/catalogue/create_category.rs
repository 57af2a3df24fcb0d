//! Makes a category, at the root or below another.

use crate::App;
use crate::domain::category::{Category, CategoryFields};
use crate::error::Error;
use crate::service::catalogue::place_category::placed;
use crate::store;
use data::AuditEntry;
use inventory_contract::CategoryId;
use kernel::Ctx;
use serde_json::json;

/// `id` is the caller's own, if it has one.
pub async fn create_category(
    app: &App,
    ctx: &Ctx,
    id: Option<CategoryId>,
    fields: CategoryFields,
) -> Result<Category, Error> {
    let id = id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    store::category::hold_tree(&unit, ctx).await?;
    let fields = placed(&unit, id, fields).await?;
    let category = store::category::insert(&unit, id, &fields).await?;
    unit.publish(&category.created())?;
    unit.audit(AuditEntry {
        action: "inventory.category.create",
        resource: "category",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!(fields)),
    })?;
    Ok(unit.commit(category).await?)
}
