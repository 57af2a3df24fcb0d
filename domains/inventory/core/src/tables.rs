//! What inventory's tables are of. They are of things; a person is there by what they did and by what a member wrote.

use data::tables::WhenErased::WithRow;
use data::tables::{Column, Purpose, Table, date, flag, id, json, number, text, time};

const RECORD: Purpose = Purpose {
    why: "What members of the tenant wrote into a record, which may name people",
    basis: "on behalf of the tenant",
    kept: "As long as the tenant's records",
};

const CATEGORIES: &[Column] = &[text("name"), id("parent_id")];
const ITEM_FAMILIES: &[Column] = &[text("name"), json("options")];
const ITEMS: &[Column] = &[
    text("sku"),
    text("name"),
    text("description"),
    text("category"),
    text("unit"),
    number("unit_cost_minor"),
    text("currency"),
    number("reorder_level"),
    text("tracking"),
    flag("may_be_negative"),
    text("costing"),
    number("reorder_up_to"),
    number("lead_time_days"),
    text("external_id"),
    json("metadata"),
    text("search_text"),
    id("family_id"),
    json("options"),
];
const WAREHOUSES: &[Column] = &[text("code"), text("name")];
const LOCATIONS: &[Column] = &[id("warehouse_id"), id("parent_id"), text("code"), text("name"), text("kind")];
const LOTS: &[Column] = &[id("item_id"), text("code"), date("expires_on")];
const STOCK_LEVELS: &[Column] = &[
    id("item_id"),
    number("on_hand"),
    number("blocked"),
    number("reserved"),
    flag("may_be_negative"),
    flag("tracked"),
    time("next_expiry"),
    number("next_sequence"),
    number("revision"),
    flag("awaited"),
    flag("kit"),
    number("reorder_at"),
    time("reorder_due_since"),
];
const WAREHOUSE_LEVELS: &[Column] = &[
    id("item_id"),
    id("warehouse_id"),
    number("on_hand"),
    number("blocked"),
    number("reserved"),
    flag("may_be_negative"),
];
const BINS: &[Column] = &[
    id("item_id"),
    id("warehouse_id"),
    id("location_id"),
    id("lot_id"),
    date("expires_on"),
    flag("sellable"),
    number("on_hand"),
    flag("may_be_negative"),
];
const RESERVATIONS: &[Column] = &[
    id("item_id"),
    id("warehouse_id"),
    id("lot_id"),
    number("quantity"),
    text("status"),
    time("expires_at"),
    text("reference").words(&RECORD, WithRow),
];
const MOVEMENTS: &[Column] = &[
    id("item_id"),
    id("warehouse_id"),
    id("location_id"),
    id("lot_id"),
    number("sequence"),
    text("kind"),
    number("quantity"),
    number("entered_quantity"),
    text("entered_unit"),
    text("entered_rounding"),
    time("happened_at"),
    id("reservation_id"),
    text("document_kind"),
    id("document_id"),
    id("reverses_id"),
    text("reference").words(&RECORD, WithRow),
    text("actor").actor(),
    text("reason").words(&RECORD, WithRow),
];
const CUSTOMER: Purpose = Purpose {
    why: "Whom the tenant sells to, as its orders say",
    basis: "on behalf of the tenant",
    kept: "As long as the tenant's records",
};

const SALES_ORDERS: &[Column] = &[
    id("warehouse_id"),
    text("reference").words(&RECORD, WithRow),
    text("customer_name").personal(&CUSTOMER, WithRow),
    text("customer_reference").personal(&CUSTOMER, WithRow),
    text("status"),
    text("currency"),
    time("placed_at"),
    time("confirmed_at"),
    text("external_id").words(&RECORD, WithRow),
    json("metadata").words(&RECORD, WithRow),
];
const SALES_ORDER_LINES: &[Column] = &[
    id("sales_order_id"),
    number("position"),
    id("item_id"),
    id("warehouse_id"),
    number("quantity"),
    number("entered_quantity"),
    text("entered_unit"),
    number("unit_price_minor"),
    number("allocated"),
    number("shipped"),
    number("returned"),
    number("cancelled"),
    id("reservation_id"),
    number("waits_since"),
    number("kit_line"),
    id("kit_item_id"),
    number("kit_quantity"),
    number("kit_entered_quantity"),
    text("kit_entered_unit"),
    number("kit_unit_price_minor"),
    number("shipped_entered"),
    number("returned_entered"),
    text("entered_rounding"),
];
const SOLD_TO: Purpose = Purpose {
    why: "To whom the tenant sold, as the system that sold says",
    basis: "on behalf of the tenant",
    kept: "As long as the tenant's records",
};

const SALES: &[Column] = &[
    text("document").words(&RECORD, WithRow),
    id("item_id"),
    number("quantity"),
    time("sold_at"),
    number("unit_price_minor"),
    text("currency"),
    text("customer").personal(&SOLD_TO, WithRow),
    id("warehouse_id"),
    id("import_id"),
];
const ITEM_CONVERSIONS: &[Column] = &[id("item_id"), json("conversions")];
const ITEM_BARCODES: &[Column] =
    &[id("item_id"), text("kind"), text("code"), text("printed"), text("unit"), number("quantity")];
const LANDED_COSTS: &[Column] =
    &[number("amount_minor"), text("currency"), text("basis"), text("reference").words(&RECORD, WithRow)];
const LANDED_COST_LINES: &[Column] = &[
    id("landed_cost_id"),
    number("line"),
    id("movement_id"),
    id("item_id"),
    number("quantity"),
    number("amount_minor"),
    number("kept_minor"),
];
const VALUE_ENTRIES: &[Column] = &[
    id("item_id"),
    number("sequence"),
    id("movement_id"),
    id("returns_id"),
    id("landed_cost_id"),
    text("kind"),
    number("quantity"),
    number("value_minor"),
    number("value_millionths"),
    text("currency"),
    number("stock_quantity"),
    number("stock_minor"),
    number("stock_millionths"),
    json("taken"),
    time("recorded_at"),
];
const ITEM_VALUES: &[Column] = &[
    id("item_id"),
    text("currency"),
    number("on_hand"),
    number("value_minor"),
    number("value_millionths"),
    number("last_quantity"),
    number("last_minor"),
    number("last_millionths"),
    number("next_sequence"),
    time("last_recorded_at"),
];
const COST_LAYERS: &[Column] =
    &[id("item_id"), number("number"), number("quantity"), number("value_minor"), number("value_millionths")];
const SUPPLIER: Purpose = Purpose {
    why: "Whom the tenant buys from",
    basis: "on behalf of the tenant",
    kept: "As long as the tenant is there: a supplier that it deletes is hidden and can come back, since its orders \
        stay; the tenant empties what it does not need",
};
const SUPPLIERS: &[Column] = &[
    text("code").personal(&SUPPLIER, WithRow),
    text("name").personal(&SUPPLIER, WithRow),
    text("email").personal(&SUPPLIER, WithRow),
    text("currency"),
    text("external_id").personal(&SUPPLIER, WithRow),
    json("metadata").personal(&SUPPLIER, WithRow),
    text("search_text").personal(&SUPPLIER, WithRow),
];
const PURCHASE_ORDERS: &[Column] = &[
    id("supplier_id"),
    text("status"),
    text("reference").words(&RECORD, WithRow),
    date("expected_on"),
    number("over_receipt_percent"),
    text("currency"),
    number("total_minor"),
    time("ordered_at"),
    text("external_id").words(&RECORD, WithRow),
    json("metadata").words(&RECORD, WithRow),
];
const PURCHASE_ORDER_LINES: &[Column] = &[
    id("order_id"),
    number("line"),
    id("item_id"),
    number("quantity"),
    number("entered_quantity"),
    text("entered_unit"),
    number("unit_cost_minor"),
    number("received"),
    number("returned"),
    number("cancelled"),
    number("net_entered"),
    number("on_order"),
    text("entered_rounding"),
];
const TRANSFERS: &[Column] = &[
    id("from_warehouse_id"),
    id("from_location_id"),
    id("to_warehouse_id"),
    id("to_location_id"),
    id("transit_location_id"),
    text("status"),
    text("reference").words(&RECORD, WithRow),
    time("shipped_at"),
    time("completed_at"),
];
const TRANSFER_LINES: &[Column] = &[
    id("transfer_id"),
    number("position"),
    id("item_id"),
    id("lot_id"),
    number("quantity"),
    number("entered_quantity"),
    text("entered_unit"),
    number("received"),
    number("lost"),
    number("settled_entered"),
    text("entered_rounding"),
];
const COUNTS: &[Column] = &[
    id("warehouse_id"),
    id("location_id"),
    text("status"),
    flag("blind"),
    text("reason").words(&RECORD, WithRow),
    text("reference").words(&RECORD, WithRow),
    number("line_count"),
    number("counted_count"),
    number("variance_count"),
    id("submitted_by").person(),
    time("submitted_at"),
    time("posted_at"),
    text("returned_reason").words(&RECORD, WithRow),
];
const COUNT_LINES: &[Column] = &[
    id("count_id"),
    id("item_id"),
    id("location_id"),
    id("lot_id"),
    number("expected"),
    number("item_sequence"),
    number("counted"),
    number("entered_quantity"),
    text("entered_unit"),
    time("counted_at"),
    text("counted_by").actor(),
    number("variance"),
    number("unit_cost_minor"),
    text("currency"),
    text("entered_rounding"),
];
const COUNT_HOLD_RULES: &[Column] =
    &[text("name"), number("quantity_over"), number("value_over_minor"), text("currency")];
const COUNT_HOLDS: &[Column] =
    &[id("count_id"), id("rule_id"), text("status"), id("decided_by").person(), time("decided_at")];
const BILLS: &[Column] = &[text("kind")];
const BILL_COMPONENTS: &[Column] = &[
    id("item_id"),
    number("position"),
    id("component_id"),
    number("quantity"),
    number("entered_quantity"),
    text("entered_unit"),
    text("entered_rounding"),
];
const ASSEMBLIES: &[Column] = &[
    id("item_id"),
    id("warehouse_id"),
    text("direction"),
    number("quantity"),
    number("entered_quantity"),
    text("entered_unit"),
    time("happened_at"),
    text("reference").words(&RECORD, WithRow),
    text("actor").actor(),
];
const ERASURES: &[Column] = &[time("ordered_at")];

/// One that others point at comes before those.
pub const TABLES: &[Table] = &[
    Table::record("category_trees", &[]),
    Table::resource("categories", CATEGORIES).loops(&["parent_id"]),
    Table::resource("item_families", ITEM_FAMILIES),
    Table::resource("items", ITEMS),
    Table::resource("warehouses", WAREHOUSES),
    Table::resource("locations", LOCATIONS).loops(&["parent_id"]),
    Table::resource("lots", LOTS),
    Table::record("stock_levels", STOCK_LEVELS),
    Table::record("warehouse_levels", WAREHOUSE_LEVELS),
    Table::record("bins", BINS),
    Table::resource("reservations", RESERVATIONS),
    Table::resource("sales_orders", SALES_ORDERS),
    Table::record("sales_order_lines", SALES_ORDER_LINES),
    Table::ledger("movements", MOVEMENTS),
    Table::record("sales", SALES),
    module::IMPORT_BATCHES,
    module::IMPORT_DECISIONS,
    module::IMPORT_IDENTITIES,
    Table::resource("item_conversions", ITEM_CONVERSIONS),
    Table::resource("item_barcodes", ITEM_BARCODES),
    Table::resource("landed_costs", LANDED_COSTS),
    Table::record("landed_cost_lines", LANDED_COST_LINES),
    Table::ledger("value_entries", VALUE_ENTRIES),
    Table::record("item_values", ITEM_VALUES),
    Table::record("cost_layers", COST_LAYERS),
    Table::resource("suppliers", SUPPLIERS),
    Table::resource("purchase_orders", PURCHASE_ORDERS),
    Table::record("purchase_order_lines", PURCHASE_ORDER_LINES),
    Table::resource("transfers", TRANSFERS),
    Table::record("transfer_lines", TRANSFER_LINES),
    Table::resource("counts", COUNTS),
    Table::record("count_lines", COUNT_LINES),
    Table::resource("count_hold_rules", COUNT_HOLD_RULES),
    Table::record("count_holds", COUNT_HOLDS),
    Table::record("bill_locks", &[]),
    Table::resource("bills", BILLS),
    Table::detail("bill_components", BILL_COMPONENTS),
    Table::ledger("assemblies", ASSEMBLIES),
    Table::passing("erasures", ERASURES),
];
