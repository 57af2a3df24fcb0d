//! What inventory's tables are of. They are of things; a person is there by what they did and by what a member wrote.

use data::tables::WhenErased::WithRow;
use data::tables::{Column, Purpose, Table, id, json, number, text, time};

const RECORD: Purpose = Purpose {
    why: "What members of the tenant wrote into a record, which may name people",
    basis: "on behalf of the tenant",
    kept: "As long as the tenant's records",
};

const ITEMS: &[Column] = &[
    text("sku"),
    text("name"),
    text("description"),
    text("category"),
    text("unit"),
    number("unit_cost_minor"),
    text("currency"),
    number("reorder_level"),
    text("external_id"),
    json("metadata"),
    text("search_text"),
];
const STOCK_LEVELS: &[Column] =
    &[id("item_id"), number("on_hand"), number("reserved"), number("next_sequence"), number("revision")];
const RESERVATIONS: &[Column] =
    &[id("item_id"), number("quantity"), text("status"), text("reference").words(&RECORD, WithRow)];
const MOVEMENTS: &[Column] = &[
    id("item_id"),
    number("sequence"),
    text("kind"),
    number("quantity"),
    time("happened_at"),
    id("reservation_id"),
    text("reference").words(&RECORD, WithRow),
    text("actor").actor(),
    text("reason").words(&RECORD, WithRow),
];
const IMPORT_BATCHES: &[Column] = &[id("import_id"), number("batch"), json("outcome")];
const IMPORT_SKUS: &[Column] = &[id("import_id"), text("sku"), number("batch")];
const ERASURES: &[Column] = &[time("ordered_at")];

/// One that others point at comes before those.
pub const TABLES: &[Table] = &[
    Table::resource("items", ITEMS),
    Table::record("stock_levels", STOCK_LEVELS),
    Table::resource("reservations", RESERVATIONS),
    Table::ledger("movements", MOVEMENTS),
    Table::ledger("import_batches", IMPORT_BATCHES),
    Table::ledger("import_skus", IMPORT_SKUS),
    Table::passing("erasures", ERASURES),
];
