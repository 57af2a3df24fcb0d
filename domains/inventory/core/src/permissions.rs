//! What one may be permitted to do in inventory, and the least role that may.

use kernel::Permission;
use kernel::permission::BuiltinRole;

pub const ITEMS_READ: Permission = Permission {
    name: "inventory.items.read",
    summary: "See items and how much of them there is",
    least_role: Some(BuiltinRole::Viewer),
};
pub const ITEMS_WRITE: Permission = Permission {
    name: "inventory.items.write",
    summary: "Create, change, delete and import items",
    least_role: Some(BuiltinRole::Member),
};
pub const ITEMS_RESTORE: Permission = Permission {
    name: "inventory.items.restore",
    summary: "See deleted items and bring them back",
    least_role: Some(BuiltinRole::Admin),
};
pub const STOCK_READ: Permission = Permission {
    name: "inventory.stock.read",
    summary: "See movements, reservations and the valuation of stock",
    least_role: Some(BuiltinRole::Viewer),
};
pub const STOCK_RECEIVE: Permission = Permission {
    name: "inventory.stock.receive",
    summary: "Receive stock",
    least_role: Some(BuiltinRole::Member),
};
pub const STOCK_WRITE: Permission = Permission {
    name: "inventory.stock.write",
    summary: "Reserve, ship and release stock",
    least_role: Some(BuiltinRole::Member),
};

pub const PERMISSIONS: &[Permission] =
    &[ITEMS_READ, ITEMS_WRITE, ITEMS_RESTORE, STOCK_READ, STOCK_RECEIVE, STOCK_WRITE];
