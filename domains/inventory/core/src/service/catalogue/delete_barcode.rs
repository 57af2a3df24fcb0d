//! Takes a code from its item, so that another may have it.

use crate::App;
use crate::error::Error;
use crate::service::catalogue::add_barcode::audited;
use crate::store;
use data::AuditEntry;
use inventory_contract::{BarcodeId, BarcodeRemoved};
use kernel::Ctx;

pub async fn delete_barcode(app: &App, ctx: &Ctx, id: BarcodeId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = store::item_barcode::find_to_change(&unit, id).await?.ok_or(Error::BarcodeNotFound)?;
    if !store::item_barcode::delete(&unit, id).await? {
        return Err(Error::BarcodeNotFound);
    }
    let code = before.fields.code.clone();
    unit.publish(&BarcodeRemoved { item: before.item, barcode: id, code })?;
    unit.audit(AuditEntry {
        action: "inventory.barcode.delete",
        resource: "barcode",
        resource_id: id.uuid(),
        before: Some(audited(&before)),
        after: None,
    })?;
    Ok(unit.commit(()).await?)
}
