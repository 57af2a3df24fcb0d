//! Brings a deleted family back; its variants are restored as items are.

use crate::App;
use crate::domain::family::Family;
use crate::error::Error;
use crate::store;
use data::AuditEntry;
use inventory_contract::FamilyId;
use kernel::Ctx;
use serde_json::json;

pub async fn restore_family(app: &App, ctx: &Ctx, id: FamilyId) -> Result<Family, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(family) = store::family::restore(&unit, id).await? else {
        let known = store::family::find(&unit, id).await?.is_some();
        return Err(if known { Error::FamilyNotDeleted } else { Error::FamilyNotFound });
    };
    unit.audit(AuditEntry {
        action: "inventory.family.restore",
        resource: "family",
        resource_id: id.uuid(),
        before: Some(json!({ "deleted": true })),
        after: Some(json!(family.fields)),
    })?;
    Ok(unit.commit(family).await?)
}
