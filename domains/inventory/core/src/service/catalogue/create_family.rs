//! Makes a family, which has no variants yet.

use crate::App;
use crate::domain::family::{Family, FamilyFields};
use crate::error::Error;
use crate::store;
use data::AuditEntry;
use inventory_contract::FamilyId;
use kernel::Ctx;
use serde_json::json;

/// `id` is the caller's own, if it has one.
pub async fn create_family(
    app: &App,
    ctx: &Ctx,
    id: Option<FamilyId>,
    fields: FamilyFields,
) -> Result<Family, Error> {
    let fields = fields.check().map_err(Error::invalid)?;
    let id = id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    let family = store::family::insert(&unit, id, &fields).await?;
    unit.audit(AuditEntry {
        action: "inventory.family.create",
        resource: "family",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!(fields)),
    })?;
    Ok(unit.commit(family).await?)
}
