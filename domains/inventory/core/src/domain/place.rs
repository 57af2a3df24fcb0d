//! Where stock is: warehouses, and in each a tree of locations. What a location is for says whether its stock may be
//! promised.

use chrono::{DateTime, Utc};
use inventory_contract::{
    LocationChanged, LocationCreated, LocationDeleted, LocationId, LocationRestored, WarehouseChanged,
    WarehouseCreated, WarehouseDeleted, WarehouseId, WarehouseRestored,
};
use kernel::{Faults, FieldError, TenantId};
use serde::{Deserialize, Serialize};

pub const MAX_CODE: usize = 64;
pub const MAX_PLACE_NAME: usize = 200;
/// Of locations in locations.
pub const MAX_DEPTH: usize = 8;

/// A tree that is small enough to be walked in memory.
pub const MAX_OF_WAREHOUSE: u64 = 10_000;

/// What the floor of a new warehouse is called.
pub const FLOOR: &str = "FLOOR";

/// What the first warehouse is called, until somebody calls it otherwise.
pub const MAIN: &str = "MAIN";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LocationUse {
    Storage,
    /// Set aside: on hand, and promised to nobody.
    Quarantine,
    /// On its way to the warehouse.
    Transit,
}

impl LocationUse {
    const ALL: [Self; 3] = [Self::Storage, Self::Quarantine, Self::Transit];

    pub fn name(self) -> &'static str {
        match self {
            Self::Storage => "storage",
            Self::Quarantine => "quarantine",
            Self::Transit => "transit",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }

    /// Whether what lies there can be promised.
    pub fn sellable(self) -> bool {
        self == Self::Storage
    }
}

/// A location with what a movement must know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    pub warehouse: WarehouseId,
    pub location: LocationId,
    pub kind: LocationUse,
}

impl Place {
    /// Where stock goes of which nobody says where. It bears the tenant's id, so that nothing looks for it.
    pub fn main(tenant: TenantId) -> Self {
        Self::floor_of(WarehouseId::from_uuid(tenant.uuid()))
    }

    /// The location that every warehouse is made with, under the warehouse's own id.
    pub fn floor_of(warehouse: WarehouseId) -> Self {
        Self { warehouse, location: LocationId::from_uuid(warehouse.uuid()), kind: LocationUse::Storage }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warehouse {
    pub id: WarehouseId,
    pub fields: WarehouseFields,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

impl Warehouse {
    /// What others are told of it.
    pub fn created(&self) -> WarehouseCreated {
        let WarehouseFields { code, name } = self.fields.clone();
        WarehouseCreated { warehouse: self.id, code, name }
    }

    pub fn changed(&self) -> WarehouseChanged {
        let WarehouseFields { code, name } = self.fields.clone();
        WarehouseChanged { warehouse: self.id, code, name }
    }

    pub fn deleted(&self) -> WarehouseDeleted {
        let WarehouseFields { code, name } = self.fields.clone();
        WarehouseDeleted { warehouse: self.id, code, name }
    }

    pub fn restored(&self) -> WarehouseRestored {
        let WarehouseFields { code, name } = self.fields.clone();
        WarehouseRestored { warehouse: self.id, code, name }
    }
}

/// Checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WarehouseFields {
    pub code: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub id: LocationId,
    pub warehouse: WarehouseId,
    pub kind: LocationUse,
    pub fields: LocationFields,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

impl Location {
    pub fn place(&self) -> Place {
        Place { warehouse: self.warehouse, location: self.id, kind: self.kind }
    }

    /// What others are told of it.
    pub fn created(&self) -> LocationCreated {
        let (location_kind, LocationFields { code, name, parent }) = self.told();
        LocationCreated { location: self.id, warehouse: self.warehouse, location_kind, code, name, parent }
    }

    pub fn changed(&self) -> LocationChanged {
        let (location_kind, LocationFields { code, name, parent }) = self.told();
        LocationChanged { location: self.id, warehouse: self.warehouse, location_kind, code, name, parent }
    }

    pub fn deleted(&self) -> LocationDeleted {
        let (location_kind, LocationFields { code, name, parent }) = self.told();
        LocationDeleted { location: self.id, warehouse: self.warehouse, location_kind, code, name, parent }
    }

    pub fn restored(&self) -> LocationRestored {
        let (location_kind, LocationFields { code, name, parent }) = self.told();
        LocationRestored { location: self.id, warehouse: self.warehouse, location_kind, code, name, parent }
    }

    fn told(&self) -> (String, LocationFields) {
        (self.kind.name().to_owned(), self.fields.clone())
    }
}

/// Checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LocationFields {
    pub code: String,
    pub name: String,
    pub parent: Option<LocationId>,
}

/// A code and a name, as warehouses and locations both have them; the code in upper case.
pub fn check_names(code: &str, name: &str) -> Result<(String, String), Vec<FieldError>> {
    let mut faults = Faults::new();
    let code = faults.text("/code", code, MAX_CODE).to_ascii_uppercase();
    let name = faults.text("/name", name, MAX_PLACE_NAME);
    faults.finish((code, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: &str, name: &str, expected: Result<(&str, &str), &str>) {
        let found = check_names(code, name);
        let found = found.as_ref().map(|(code, name)| (code.as_str(), name.as_str()));
        assert_eq!(found.map_err(|faults| faults[0].pointer.as_str()), expected, "{code:?} {name:?}");
    }

    #[test]
    fn codes_are_kept_in_upper_case() {
        check(" a-01 ", "Aisle 1", Ok(("A-01", "Aisle 1")));
        check("", "Aisle", Err("/code"));
        check("A", " ", Err("/name"));
        check(&"x".repeat(65), "Aisle", Err("/code"));
    }

    #[test]
    fn uses_are_read_as_they_are_written() {
        for kind in LocationUse::ALL {
            assert_eq!(LocationUse::parse(kind.name()), Some(kind));
            assert_eq!(kind.sellable(), kind.name() == "storage");
        }
        assert_eq!(LocationUse::parse("attic"), None);
    }
}
