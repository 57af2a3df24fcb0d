//! From what somebody names to the place where stock goes or comes from.

use crate::domain::item::Moving;
use crate::domain::lot::{Lot, LotInput, Tracking};
use crate::domain::place::{LocationUse, Place};
use crate::error::Error;
use crate::store;
use data::Unit;
use inventory_contract::{LocationId, WarehouseId};
use kernel::{Ctx, Faults};

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

/// The lot that comes in, made where it is new.
pub async fn find_or_make_lot(
    unit: &mut Unit,
    ctx: &Ctx,
    moving: &Moving,
    given: Option<&LotInput>,
) -> Result<Option<Lot>, Error> {
    let Some(given) = check_lot(moving, given)? else { return Ok(None) };
    let lot = match store::lot::by_code(unit, moving.id, &given.code).await? {
        None => {
            let lot = store::lot::insert(unit, ctx.new_id(), moving.id, &given).await?;
            unit.publish(&lot.created())?;
            lot
        }
        Some(lot) => lot,
    };
    if given.expires_on.is_some() && given.expires_on != lot.expires_on {
        return Err(fault(
            "/lot/expires_on",
            "differs",
            "the lot is known with another last day; change the lot",
        ));
    }
    Ok(Some(lot))
}

/// The lot that leaves, which must be there.
pub async fn find_lot(unit: &Unit, moving: &Moving, code: Option<&str>) -> Result<Option<Lot>, Error> {
    let given = code.map(|code| LotInput { code: code.to_owned(), expires_on: None });
    let Some(given) = check_lot(moving, given.as_ref())? else { return Ok(None) };
    match store::lot::by_code(unit, moving.id, &given.code).await? {
        Some(lot) => Ok(Some(lot)),
        None => Err(fault("/lot", "unknown", "the item has no such lot")),
    }
}

fn check_lot(moving: &Moving, given: Option<&LotInput>) -> Result<Option<LotInput>, Error> {
    match (moving.tracking, given) {
        (Tracking::None, None) => Ok(None),
        (Tracking::None, Some(_)) => Err(fault("/lot", "not_tracked", "the item is not tracked by lots")),
        (_, None) => Err(fault("/lot", "required", "is required: the item is tracked")),
        (_, Some(given)) => {
            let mut faults = Faults::new();
            let checked = given.check(&mut faults, "/lot");
            faults.finish(Some(checked)).map_err(Error::invalid)
        }
    }
}

pub fn fault(pointer: &str, code: &'static str, detail: &str) -> Error {
    let mut faults = Faults::new();
    faults.add(pointer, code, detail);
    Error::invalid(faults.into_errors())
}
