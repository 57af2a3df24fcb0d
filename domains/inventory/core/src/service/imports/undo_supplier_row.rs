//! Takes back what one row of a file made of a supplier, where the supplier is as the row left it: its fields are put
//! back, and a supplier that the row made is deleted.

use crate::domain::import_supplier::SupplierChange;
use crate::domain::supplier::Supplier;
use crate::error::Error;
use crate::store;
use data::Unit;

/// The supplier as it is now, where it is there; the caller has it held. Says why it stays, where it does; nothing is
/// written then.
pub(super) async fn undo_supplier_row(
    unit: &mut Unit,
    change: &SupplierChange,
    now: Option<&Supplier>,
) -> Result<Option<&'static str>, Error> {
    let supplier = change.supplier;
    let Some(now) = now else { return Ok(Some("the supplier is deleted already")) };
    if !change.left(now) {
        return Ok(Some("the supplier was changed since: change it by hand"));
    }
    if let Some(before) = &change.before {
        let written = store::supplier::update(unit, supplier, now.version, &before.fields).await?;
        written
            .ok_or_else(|| data::Error::Busy("a supplier was changed while its import was undone".into()))?;
        unit.publish(&before.fields.changed(supplier))?;
        return Ok(None);
    }
    if store::purchase_order::any_of_supplier(unit, supplier).await? {
        return Ok(Some("something was ordered from the supplier: delete it by hand"));
    }
    if !store::supplier::delete(unit, supplier).await? {
        return Err(Error::SupplierNotFound);
    }
    unit.publish(&change.fields.deleted(supplier))?;
    Ok(None)
}
