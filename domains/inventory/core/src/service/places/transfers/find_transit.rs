//! Where what is on its way to a warehouse lies, made when something first is.

use crate::domain::place::{Location, LocationFields, LocationUse};
use crate::domain::transfer::TRANSIT;
use crate::error::Error;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::WarehouseId;
use kernel::Ctx;
use serde_json::json;

pub async fn find_transit(unit: &mut Unit, ctx: &Ctx, warehouse: WarehouseId) -> Result<Location, Error> {
    if let Some(transit) = store::location::transit_of(unit, warehouse).await? {
        return Ok(transit);
    }
    // Held, so that of two that are first at once one makes it, and so that the warehouse stays.
    store::warehouse::find_to_change(unit, warehouse).await?.ok_or(Error::TransferPlaceGone)?;
    if let Some(transit) = store::location::transit_of(unit, warehouse).await? {
        return Ok(transit);
    }
    let fields = LocationFields { code: TRANSIT.to_owned(), name: "In transit".to_owned(), parent: None };
    let id = ctx.new_id();
    let location = store::location::insert(unit, id, warehouse, LocationUse::Transit, &fields).await?;
    unit.publish(&location.created())?;
    unit.audit(AuditEntry {
        action: "inventory.location.create",
        resource: "location",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!({ "warehouse": warehouse, "kind": location.kind, "fields": location.fields })),
    })?;
    Ok(location)
}
