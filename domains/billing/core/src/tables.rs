//! What billing's tables are of. People in them are customers of the tenant: it keeps them as its own, so they go when it
//! changes them or is erased.

use data::tables::WhenErased::WithRow;
use data::tables::{Column, Purpose, Table, date, flag, id, json, number, text, time};

const CUSTOMER: Purpose = Purpose {
    why: "Whom the tenant bills",
    basis: "on behalf of the tenant",
    kept: "As long as the tenant is there: a customer that it deletes is hidden and can come back, since the law asks it to \
        keep invoices; the tenant empties what it does not need",
};
const RECORD: Purpose = Purpose {
    why: "What members of the tenant wrote into a record, which may name people",
    basis: "on behalf of the tenant",
    kept: "As long as the tenant's records",
};

const CUSTOMERS: &[Column] = &[
    text("name").personal(&CUSTOMER, WithRow),
    text("email").personal(&CUSTOMER, WithRow),
    text("external_id").personal(&CUSTOMER, WithRow),
    json("metadata").personal(&CUSTOMER, WithRow),
    text("search_text").personal(&CUSTOMER, WithRow),
];
const PRODUCTS: &[Column] = &[
    text("name"),
    text("description"),
    flag("active"),
    text("external_id"),
    json("metadata"),
    text("search_text"),
];
const PRICES: &[Column] =
    &[id("product_id"), number("amount_minor"), text("currency"), text("billing_interval")];
const SUBSCRIPTIONS: &[Column] = &[
    id("customer_id"),
    id("price_id"),
    number("quantity"),
    text("status"),
    date("started_on"),
    date("current_period_start"),
    date("current_period_end"),
];
const HOLD_RULES: &[Column] = &[text("name"), number("amount_minor"), text("currency")];
const INVOICE_COUNTERS: &[Column] = &[text("series"), number("next_number")];
const INVOICES: &[Column] = &[
    id("customer_id"),
    id("subscription_id"),
    date("period_start"),
    date("period_end"),
    text("number"),
    text("status"),
    text("currency"),
    number("total_minor"),
    time("finalized_at"),
    id("requested_by").person(),
    text("rejection_reason").words(&RECORD, WithRow),
];
const INVOICE_LINES: &[Column] = &[
    id("invoice_id"),
    number("position"),
    text("description").words(&RECORD, WithRow),
    number("quantity"),
    number("unit_amount_minor"),
    number("amount_minor"),
    id("price_id"),
];
const INVOICE_HOLDS: &[Column] =
    &[id("invoice_id"), id("rule_id"), text("status"), id("decided_by").person(), time("decided_at")];

const ERASURES: &[Column] = &[time("ordered_at")];

/// One that others point at comes before those.
pub const TABLES: &[Table] = &[
    Table::resource("customers", CUSTOMERS),
    Table::resource("products", PRODUCTS),
    Table::resource("prices", PRICES),
    Table::resource("subscriptions", SUBSCRIPTIONS),
    Table::resource("hold_rules", HOLD_RULES),
    Table::record("invoice_counters", INVOICE_COUNTERS),
    Table::resource("invoices", INVOICES),
    Table::record("invoice_lines", INVOICE_LINES),
    Table::record("invoice_holds", INVOICE_HOLDS),
    module::IMPORT_BATCHES,
    module::IMPORT_DECISIONS,
    module::IMPORT_IDENTITIES,
    Table::passing("erasures", ERASURES),
];
