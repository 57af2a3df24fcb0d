//! The three tables that each domain with a target has in its own database, for the list of its tables.

use data::tables::WhenErased::WithRow;
use data::tables::{Column, Purpose, Table, id, json, number, text};

const FILE: Purpose = Purpose {
    why: "What a file of the tenant's brought, and how it was before, so that an import can be planned and undone",
    basis: "on behalf of the tenant",
    kept: "As long as the tenant's records",
};

const BATCHES: &[Column] = &[id("import_id"), number("batch"), json("outcome")];
const DECISIONS: &[Column] = &[
    id("import_id"),
    number("batch"),
    number("line"),
    text("row_key").words(&FILE, WithRow),
    number("occurrence"),
    id("seen"),
    json("outcome").words(&FILE, WithRow),
    json("change").words(&FILE, WithRow),
    text("thing").words(&FILE, WithRow),
    number("step"),
    json("after").words(&FILE, WithRow),
];
const IDENTITIES: &[Column] = &[
    id("identity"),
    number("occurrence"),
    id("import_id"),
    number("line"),
    id("resource_id"),
    id("corrects_import"),
    number("corrects_line"),
];

pub const IMPORT_BATCHES: Table = Table::ledger("import_batches", BATCHES);
pub const IMPORT_DECISIONS: Table = Table::ledger("import_decisions", DECISIONS);
pub const IMPORT_IDENTITIES: Table = Table::record("import_identities", IDENTITIES);
