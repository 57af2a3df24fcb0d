//! From what a request names to the places where stock goes or comes from.

use crate::domain::place::{LocationUse, Place};
use crate::domain::unique::unique;
use crate::error::Error;
use crate::store;
use data::Unit;
use inventory_contract::{LocationId, WarehouseId};
use kernel::Faults;
use std::collections::HashMap;

/// A warehouse alone stands for its floor, nothing for the main one's.
#[derive(Clone, Copy, Debug, Default)]
pub struct NamedPlace {
    pub warehouse: Option<WarehouseId>,
    pub location: Option<LocationId>,
}

impl NamedPlace {
    /// Of any warehouse.
    pub fn location(location: LocationId) -> Self {
        Self { warehouse: None, location: Some(location) }
    }

    /// What is to be looked up: not the floor that nothing stands for.
    fn wanted(self) -> Option<LocationId> {
        self.location.or_else(|| Some(Place::floor_of(self.warehouse?).location))
    }
}

/// Those that the lines of a request name, read at once. They are there until the unit ends.
pub struct NamedPlaces {
    main: Place,
    found: HashMap<LocationId, Place>,
}

impl NamedPlaces {
    pub async fn read(unit: &Unit, named: impl IntoIterator<Item = NamedPlace>) -> Result<Self, data::Error> {
        let wanted = unique(named.into_iter().filter_map(NamedPlace::wanted));
        let found = store::location::find_to_keep(unit, &wanted).await?;
        let mut found: HashMap<_, _> = found.iter().map(|found| (found.id, found.place())).collect();
        let main = Place::main(unit.tenant());
        // Where nothing has moved yet, it is made with the first movement.
        found.entry(main.location).or_insert(main);
        Ok(Self { main, found })
    }

    pub fn find(&self, named: NamedPlace) -> Result<Place, Error> {
        let wanted = named.wanted().unwrap_or(self.main.location);
        let field = if named.location.is_some() { "/location_id" } else { "/warehouse_id" };
        match self.found.get(&wanted) {
            Some(found) if found.kind == LocationUse::Transit => {
                Err(fault(field, "in_transit", "goods come there and leave it by a transfer alone"))
            }
            Some(found) if named.warehouse.is_none_or(|warehouse| warehouse == found.warehouse) => Ok(*found),
            Some(_) => Err(fault("/location_id", "elsewhere", "is not of this warehouse")),
            None => Err(fault(field, "unknown", "there is no such place")),
        }
    }
}

/// The one place of a request.
pub async fn find_place(
    unit: &Unit,
    warehouse: Option<WarehouseId>,
    location: Option<LocationId>,
) -> Result<Place, Error> {
    let named = NamedPlace { warehouse, location };
    NamedPlaces::read(unit, [named]).await?.find(named)
}

pub fn fault(pointer: &str, code: &'static str, detail: &str) -> Error {
    let mut faults = Faults::new();
    faults.add(pointer, code, detail);
    Error::invalid(faults.into_errors())
}
