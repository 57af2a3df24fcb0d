//! What is announced of items, for who shows, finds or sells them elsewhere. Stock has events of its own.

use crate::ItemId;
use macros::DomainEvent;
use serde::{Deserialize, Serialize};

/// An item was added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.item_created", version = 1, aggregate = item)]
pub struct ItemCreated {
    pub item: ItemId,
    pub sku: String,
    pub name: String,
    /// What it is counted in.
    pub unit: String,
}

/// Some of an item's own fields are others from now on, such as its category or its cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.item_changed", version = 1, aggregate = item)]
pub struct ItemChanged {
    pub item: ItemId,
    /// All as they are now, changed or not.
    pub sku: String,
    pub name: String,
    pub unit: String,
}

/// An item was taken out of use. It had no stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.item_deleted", version = 1, aggregate = item)]
pub struct ItemDeleted {
    pub item: ItemId,
    /// Free for another from now on.
    pub sku: String,
    pub name: String,
    pub unit: String,
}

/// A deleted item is back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.item_restored", version = 1, aggregate = item)]
pub struct ItemRestored {
    pub item: ItemId,
    pub sku: String,
    pub name: String,
    pub unit: String,
}
