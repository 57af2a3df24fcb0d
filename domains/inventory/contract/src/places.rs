//! What is announced of warehouses and of the locations in them, which all that moves names. A warehouse comes and goes
//! with its floor, a location of the same id, which is told besides.

use crate::{LocationId, WarehouseId};
use macros::DomainEvent;
use serde::{Deserialize, Serialize};

/// A warehouse was added, or the main one was needed first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.warehouse_created", version = 1, aggregate = warehouse)]
pub struct WarehouseCreated {
    pub warehouse: WarehouseId,
    pub code: String,
    pub name: String,
}

/// A warehouse has another code or name from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.warehouse_changed", version = 1, aggregate = warehouse)]
pub struct WarehouseChanged {
    pub warehouse: WarehouseId,
    /// Both as they are now, changed or not.
    pub code: String,
    pub name: String,
}

/// A warehouse was taken out of use. Nothing was in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.warehouse_deleted", version = 1, aggregate = warehouse)]
pub struct WarehouseDeleted {
    pub warehouse: WarehouseId,
    /// Free for another from now on.
    pub code: String,
    pub name: String,
}

/// A deleted warehouse is back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.warehouse_restored", version = 1, aggregate = warehouse)]
pub struct WarehouseRestored {
    pub warehouse: WarehouseId,
    pub code: String,
    pub name: String,
}

/// A location was added to a warehouse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.location_created", version = 1, aggregate = location)]
pub struct LocationCreated {
    pub location: LocationId,
    pub warehouse: WarehouseId,
    /// `storage`, `quarantine`, `transit`: it stays as it is.
    pub location_kind: String,
    pub code: String,
    pub name: String,
    /// What it lies in; none where that is the warehouse itself.
    pub parent: Option<LocationId>,
}

/// A location has another code, name or parent from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.location_changed", version = 1, aggregate = location)]
pub struct LocationChanged {
    pub location: LocationId,
    pub warehouse: WarehouseId,
    pub location_kind: String,
    /// All as they are now, changed or not.
    pub code: String,
    pub name: String,
    pub parent: Option<LocationId>,
}

/// A location was taken out of use. Nothing was in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.location_deleted", version = 1, aggregate = location)]
pub struct LocationDeleted {
    pub location: LocationId,
    pub warehouse: WarehouseId,
    pub location_kind: String,
    /// Free for another of the warehouse from now on.
    pub code: String,
    pub name: String,
    pub parent: Option<LocationId>,
}

/// A deleted location is back where it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.location_restored", version = 1, aggregate = location)]
pub struct LocationRestored {
    pub location: LocationId,
    pub warehouse: WarehouseId,
    pub location_kind: String,
    pub code: String,
    pub name: String,
    pub parent: Option<LocationId>,
}
