//! Changes a supplier, if it is still as the caller saw it.

use crate::App;
use crate::domain::supplier::{Supplier, SupplierFields, SupplierPatch};
use crate::error::Error;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::SupplierId;
use kernel::Ctx;
use serde_json::json;

/// `expected` is the version the caller saw; none means any.
pub async fn patch_supplier(
    app: &App,
    ctx: &Ctx,
    id: SupplierId,
    expected: Option<i64>,
    patch: SupplierPatch,
) -> Result<Supplier, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = store::supplier::find_to_change(&unit, id).await?.ok_or(Error::SupplierNotFound)?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale_one());
    }
    let fields = before.fields.patched(patch).map_err(Error::invalid)?;
    let supplier = audited_change(&mut unit, before, &fields).await?;
    Ok(unit.commit(supplier).await?)
}

/// For use cases that go on in the same unit.
pub async fn audited_change(
    unit: &mut Unit,
    before: Supplier,
    fields: &SupplierFields,
) -> Result<Supplier, Error> {
    if before.fields == *fields {
        return Ok(before);
    }
    let supplier = store::supplier::update(unit, before.id, before.version, fields).await?;
    let supplier = supplier.ok_or_else(Error::stale_one)?;
    unit.publish(&fields.changed(before.id))?;
    unit.audit(AuditEntry {
        action: "inventory.supplier.update",
        resource: "supplier",
        resource_id: before.id.uuid(),
        before: Some(json!(before.fields)),
        after: Some(json!(fields)),
    })?;
    Ok(supplier)
}
