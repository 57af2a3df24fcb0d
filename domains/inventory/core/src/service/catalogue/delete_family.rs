//! Takes a family without variants out of use.

use crate::App;
use crate::error::Error;
use crate::store;
use data::AuditEntry;
use inventory_contract::FamilyId;
use kernel::Ctx;
use serde_json::json;

pub async fn delete_family(app: &App, ctx: &Ctx, id: FamilyId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = store::family::find_to_change(&unit, id).await?.ok_or(Error::FamilyNotFound)?;
    if store::family::has_variants(&unit, id).await? {
        return Err(Error::FamilyHasVariants);
    }
    if !store::family::delete(&unit, id).await? {
        return Err(Error::FamilyNotFound);
    }
    unit.audit(AuditEntry {
        action: "inventory.family.delete",
        resource: "family",
        resource_id: id.uuid(),
        before: Some(json!(before.fields)),
        after: None,
    })?;
    Ok(unit.commit(()).await?)
}
