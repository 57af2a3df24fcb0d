//! Gives an item a code, by which a scan finds it.

use crate::App;
use crate::domain::barcode::{BarcodeInput, ItemBarcode, MAX_BARCODES};
use crate::error::Error;
use crate::service::catalogue::to_item_unit::{ItemAndUnit, to_item_unit};
use crate::store;
use data::AuditEntry;
use inventory_contract::{BarcodeAdded, BarcodeId, ItemId};
use kernel::Ctx;
use serde_json::{Value, json};

pub struct AddBarcode {
    /// The caller's own, if it has one.
    pub id: Option<BarcodeId>,
    pub item: ItemId,
    pub input: BarcodeInput,
}

pub async fn add_barcode(app: &App, ctx: &Ctx, command: AddBarcode) -> Result<ItemBarcode, Error> {
    let AddBarcode { id, item, input } = command;
    let fields = input.check().map_err(Error::invalid)?;
    let mut unit = app.databases.write(ctx).await?;
    // Held, so that two at once do not make one too many.
    let of = store::item::find_to_change(&unit, item).await?.ok_or(Error::ItemNotFound)?;
    let counted_in = ItemAndUnit { id: item, unit: &of.item.fields.unit };
    to_item_unit(&unit, counted_in, fields.quantity, fields.unit.as_deref()).await?;
    if store::item_barcode::count_of_item(&unit, item).await? >= MAX_BARCODES {
        return Err(Error::TooManyBarcodes);
    }
    let id = id.unwrap_or_else(|| ctx.new_id());
    let barcode = store::item_barcode::insert(&unit, id, item, &fields).await?;
    unit.publish(&BarcodeAdded {
        item,
        barcode: id,
        barcode_kind: barcode.fields.kind.name().to_owned(),
        code: barcode.fields.code.clone(),
        unit: barcode.fields.unit.clone(),
        quantity: barcode.fields.quantity,
    })?;
    unit.audit(AuditEntry {
        action: "inventory.barcode.create",
        resource: "barcode",
        resource_id: id.uuid(),
        before: None,
        after: Some(audited(&barcode)),
    })?;
    Ok(unit.commit(barcode).await?)
}

/// As audit entries show it.
pub fn audited(barcode: &ItemBarcode) -> Value {
    let mut shown = json!(barcode.fields);
    shown["item_id"] = json!(barcode.item);
    shown
}
