//! What is announced of categories, and of what belongs to an item beside its own fields: its barcodes, its conversions
//! and its components. They go with the item and come back with it, of which the item's events tell.

use crate::{BarcodeId, CategoryId, ItemId};
use kernel::Quantity;
use macros::DomainEvent;
use serde::{Deserialize, Serialize};

/// A category was added, or came with the first item that names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.category_created", version = 1, aggregate = category)]
pub struct CategoryCreated {
    pub category: CategoryId,
    pub name: String,
    /// None at the root.
    pub parent: Option<CategoryId>,
}

/// A category has another name or place from now on. Its items are told besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.category_changed", version = 1, aggregate = category)]
pub struct CategoryChanged {
    pub category: CategoryId,
    /// Both as they are now, changed or not.
    pub name: String,
    pub parent: Option<CategoryId>,
}

/// A category was taken out of use. No item was in it, and no category below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.category_deleted", version = 1, aggregate = category)]
pub struct CategoryDeleted {
    pub category: CategoryId,
    /// Free for another from now on.
    pub name: String,
    pub parent: Option<CategoryId>,
}

/// A deleted category is back where it stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.category_restored", version = 1, aggregate = category)]
pub struct CategoryRestored {
    pub category: CategoryId,
    pub name: String,
    pub parent: Option<CategoryId>,
}

/// A code stands for an item from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.barcode_added", version = 1, aggregate = item)]
pub struct BarcodeAdded {
    pub item: ItemId,
    pub barcode: BarcodeId,
    /// `gtin`, `own`: as the barcode shows it.
    pub barcode_kind: String,
    /// In the form that codes are compared in.
    pub code: String,
    /// The item's where there is none.
    pub unit: Option<String>,
    /// How many of the unit one scan means.
    pub quantity: Quantity,
}

/// A code was taken from its item, and is free for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.barcode_removed", version = 1, aggregate = item)]
pub struct BarcodeRemoved {
    pub item: ItemId,
    pub barcode: BarcodeId,
    pub code: String,
}

/// What the units of an item are in each other is said anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.conversions_changed", version = 1, aggregate = item)]
pub struct ConversionsChanged {
    pub item: ItemId,
    /// All that there are now, beside what the standard fixes.
    pub conversions: Vec<UnitConversion>,
}

/// So much of one unit is so much of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitConversion {
    pub from_quantity: Quantity,
    pub from_unit: String,
    pub to_quantity: Quantity,
    pub to_unit: String,
}

/// What an item is sold as or made of is said anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.components_changed", version = 1, aggregate = item)]
pub struct ComponentsChanged {
    pub item: ItemId,
    /// `kit` or `assembly`; none where it has no components any more.
    pub bill_kind: Option<String>,
    /// All of them, for one of the item.
    pub components: Vec<ItemComponent>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemComponent {
    pub item: ItemId,
    /// In the component's unit.
    pub quantity: Quantity,
}
