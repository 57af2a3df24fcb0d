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
    summary: "See movements, reservations, transfers, counts and the valuation of stock",
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

pub const STOCK_ADJUST: Permission = Permission {
    name: "inventory.stock.adjust",
    summary: "Adjust stock, scrap it, take movements back and change lots",
    least_role: Some(BuiltinRole::Admin),
};
pub const PLACES_WRITE: Permission = Permission {
    name: "inventory.places.write",
    summary: "Create, change and delete warehouses and locations",
    least_role: Some(BuiltinRole::Admin),
};

pub const SALES_READ: Permission = Permission {
    name: "inventory.sales.read",
    summary: "See sales, sales orders and to whom a lot went",
    least_role: Some(BuiltinRole::Viewer),
};
pub const SALES_WRITE: Permission = Permission {
    name: "inventory.sales.write",
    summary: "Create, change, confirm, ship and cancel sales orders, take back what was shipped, and import sales",
    least_role: Some(BuiltinRole::Member),
};

pub const SUPPLIERS_READ: Permission = Permission {
    name: "inventory.suppliers.read",
    summary: "See suppliers",
    least_role: Some(BuiltinRole::Viewer),
};
pub const SUPPLIERS_WRITE: Permission = Permission {
    name: "inventory.suppliers.write",
    summary: "Create, change and delete suppliers",
    least_role: Some(BuiltinRole::Member),
};
pub const SUPPLIERS_RESTORE: Permission = Permission {
    name: "inventory.suppliers.restore",
    summary: "See deleted suppliers and bring them back",
    least_role: Some(BuiltinRole::Admin),
};
pub const PURCHASES_READ: Permission = Permission {
    name: "inventory.purchases.read",
    summary: "See purchase orders",
    least_role: Some(BuiltinRole::Viewer),
};
pub const PURCHASES_WRITE: Permission = Permission {
    name: "inventory.purchases.write",
    summary: "Create, change, place, cancel and close purchase orders, and return what was received",
    least_role: Some(BuiltinRole::Member),
};

pub const TRANSFERS_WRITE: Permission = Permission {
    name: "inventory.transfers.write",
    summary: "Ask for transfers, ship, receive and cancel them",
    least_role: Some(BuiltinRole::Member),
};
pub const TRANSFERS_LOSE: Permission = Permission {
    name: "inventory.transfers.lose",
    summary: "Write off what was lost on its way",
    least_role: Some(BuiltinRole::Admin),
};
pub const COUNTS_WRITE: Permission = Permission {
    name: "inventory.counts.write",
    summary: "Begin and cancel counts, and record what was counted",
    least_role: Some(BuiltinRole::Member),
};
pub const COUNTS_SUBMIT: Permission = Permission {
    name: "inventory.counts.submit",
    summary: "Submit counts, by which stock is adjusted",
    least_role: Some(BuiltinRole::Admin),
};

pub const COSTS_WRITE: Permission = Permission {
    name: "inventory.costs.write",
    summary: "Allocate freight, duty and other costs to receipts of stock",
    least_role: Some(BuiltinRole::Member),
};

pub const PERMISSIONS: &[Permission] = &[
    COSTS_WRITE,
    TRANSFERS_WRITE,
    TRANSFERS_LOSE,
    COUNTS_WRITE,
    COUNTS_SUBMIT,
    ITEMS_READ,
    ITEMS_WRITE,
    ITEMS_RESTORE,
    STOCK_READ,
    STOCK_RECEIVE,
    STOCK_WRITE,
    STOCK_ADJUST,
    PLACES_WRITE,
    SALES_READ,
    SALES_WRITE,
    SUPPLIERS_READ,
    SUPPLIERS_WRITE,
    SUPPLIERS_RESTORE,
    PURCHASES_READ,
    PURCHASES_WRITE,
];
