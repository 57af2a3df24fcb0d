//! From what somebody names to the place where stock goes or comes from.

use crate::domain::place::{LocationUse, Place};
use crate::error::Error;
use crate::store;
use data::Unit;
use inventory_contract::{LocationId, WarehouseId};
use kernel::Faults;

/// A warehouse alone stands for its floor, nothing for the main one's. The place is there until the unit ends.
pub async fn find_place(
    unit: &Unit,
    warehouse: Option<WarehouseId>,
    location: Option<LocationId>,
) -> Result<Place, Error> {
    let main = Place::main(unit.tenant());
    let (field, wanted) = match (warehouse, location) {
        (_, Some(location)) => ("/location_id", location),
        (Some(warehouse), None) => ("/warehouse_id", Place::floor_of(warehouse).location),
        (None, None) => return Ok(main),
    };
    let found = store::location::find_to_keep(unit, &[wanted]).await?.pop();
    match found {
        Some(found) if found.kind == LocationUse::Transit => {
            Err(fault(field, "in_transit", "goods come there and leave it by a transfer alone"))
        }
        Some(found) if warehouse.is_none_or(|warehouse| warehouse == found.warehouse) => Ok(found.place()),
        Some(_) => Err(fault("/location_id", "elsewhere", "is not of this warehouse")),
        // Nothing has moved yet, so it is made with the first movement.
        None if wanted == main.location => Ok(main),
        None => Err(fault(field, "unknown", "there is no such place")),
    }
}

pub fn fault(pointer: &str, code: &'static str, detail: &str) -> Error {
    let mut faults = Faults::new();
    faults.add(pointer, code, detail);
    Error::invalid(faults.into_errors())
}
