//! Adds a supplier.

use crate::App;
use crate::domain::supplier::{Supplier, SupplierFields};
use crate::error::Error;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::SupplierId;
use kernel::Ctx;
use serde_json::json;

/// `id` is the caller's own, if it has one.
pub async fn create_supplier(
    app: &App,
    ctx: &Ctx,
    id: Option<SupplierId>,
    fields: SupplierFields,
) -> Result<Supplier, Error> {
    let fields = fields.checked().map_err(Error::invalid)?;
    let id = id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    let supplier = audited_create(&mut unit, id, &fields).await?;
    Ok(unit.commit(supplier).await?)
}

/// For use cases that go on in the same unit.
pub async fn audited_create(
    unit: &mut Unit,
    id: SupplierId,
    fields: &SupplierFields,
) -> Result<Supplier, Error> {
    let supplier = store::supplier::insert(unit, id, fields).await?;
    unit.publish(&fields.created(id))?;
    unit.audit(AuditEntry {
        action: "inventory.supplier.create",
        resource: "supplier",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!(fields)),
    })?;
    Ok(supplier)
}
