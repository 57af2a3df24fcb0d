//! What is announced of suppliers, for who pays, mails or shows them elsewhere. What is ordered from them has
//! events of its own.

use crate::SupplierId;
use macros::DomainEvent;
use serde::{Deserialize, Serialize};

/// A supplier was added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.supplier_created", version = 1, aggregate = supplier)]
pub struct SupplierCreated {
    pub supplier: SupplierId,
    pub code: String,
    pub name: String,
}

/// Some of a supplier's own fields are others from now on, such as its name or its e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.supplier_changed", version = 1, aggregate = supplier)]
pub struct SupplierChanged {
    pub supplier: SupplierId,
    /// Both as they are now, changed or not.
    pub code: String,
    pub name: String,
}

/// A supplier was taken out of use. Nothing was to come from it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.supplier_deleted", version = 1, aggregate = supplier)]
pub struct SupplierDeleted {
    pub supplier: SupplierId,
    /// Free for another from now on.
    pub code: String,
    pub name: String,
}

/// A deleted supplier is back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.supplier_restored", version = 1, aggregate = supplier)]
pub struct SupplierRestored {
    pub supplier: SupplierId,
    pub code: String,
    pub name: String,
}
