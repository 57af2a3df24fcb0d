//! Brings a deleted supplier back.

use crate::App;
use crate::domain::supplier::Supplier;
use crate::error::Error;
use crate::store;
use data::AuditEntry;
use inventory_contract::SupplierId;
use kernel::Ctx;
use serde_json::json;

pub async fn restore_supplier(app: &App, ctx: &Ctx, id: SupplierId) -> Result<Supplier, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(supplier) = store::supplier::restore(&unit, id).await? else {
        let known = store::supplier::find(&unit, id).await?.is_some();
        return Err(if known { Error::SupplierNotDeleted } else { Error::SupplierNotFound });
    };
    unit.publish(&supplier.fields.restored(id))?;
    unit.audit(AuditEntry {
        action: "inventory.supplier.restore",
        resource: "supplier",
        resource_id: id.uuid(),
        before: Some(json!({ "deleted": true })),
        after: Some(json!(supplier.fields)),
    })?;
    Ok(unit.commit(supplier).await?)
}
