//! Takes a supplier out of use. Only one of whom nothing may still come.

use crate::App;
use crate::error::Error;
use crate::store;
use data::AuditEntry;
use inventory_contract::SupplierId;
use kernel::Ctx;
use serde_json::json;

pub async fn delete_supplier(app: &App, ctx: &Ctx, id: SupplierId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    // Whoever orders from it keeps its row.
    let before = store::supplier::find_to_change(&unit, id).await?.ok_or(Error::SupplierNotFound)?;
    if store::purchase_order::any_unfinished_of(&unit, id).await? {
        return Err(Error::SupplierInUse);
    }
    if !store::supplier::delete(&unit, id).await? {
        return Err(Error::SupplierNotFound);
    }
    unit.publish(&before.fields.deleted(id))?;
    unit.audit(AuditEntry {
        action: "inventory.supplier.delete",
        resource: "supplier",
        resource_id: id.uuid(),
        before: Some(json!(before.fields)),
        after: None,
    })?;
    Ok(unit.commit(()).await?)
}
