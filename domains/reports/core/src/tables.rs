//! What reports' table is of: what was asked for, and by whom. The rows of a report lie in its file alone.

use data::tables::WhenErased::WithRow;
use data::tables::{Column, Purpose, Table, flag, id, json, number, text, time};

const ASKED: Purpose = Purpose {
    why: "What the report was asked to show, which may be one person",
    basis: "on behalf of the tenant",
    kept: "As long as the tenant's records",
};

const REPORT_RUNS: &[Column] = &[
    text("report"),
    text("title"),
    text("permission"),
    json("parameters").words(&ASKED, WithRow),
    text("status"),
    number("rows_written"),
    number("size_bytes"),
    text("failure_detail"),
    id("requested_by").person(),
    flag("notify"),
    text("blob_name"),
    time("finished_at"),
];

/// One that others point at comes before those.
pub const TABLES: &[Table] = &[Table::resource("report_runs", REPORT_RUNS)];
