//! What imports' tables are of: files that members brought, which may be about anybody.

use data::tables::WhenErased::WithRow;
use data::tables::{Column, Purpose, Table, flag, id, json, number, text, time};

const FILE: Purpose = Purpose {
    why: "The tenant's own file, shown while it is mapped and where rows of it were refused",
    basis: "on behalf of the tenant",
    kept: "As long as the tenant's records",
};

const UPLOADS: &[Column] = &[
    text("file_name").words(&FILE, WithRow),
    text("media_type"),
    number("size_bytes"),
    number("row_count"),
    json("column_names").words(&FILE, WithRow),
    json("preview").words(&FILE, WithRow),
    text("delimiter"),
    text("encoding"),
    text("sheet_name").words(&FILE, WithRow),
    number("epoch"),
    number("header_row"),
    text("uploaded_by").actor(),
];
const IMPORT_RUNS: &[Column] = &[
    id("upload_id"),
    text("target"),
    json("mapping"),
    text("mode"),
    text("status"),
    flag("cancel_requested"),
    number("rows_total"),
    number("rows_done"),
    number("rows_created"),
    number("rows_updated"),
    number("rows_unchanged"),
    number("rows_refused"),
    number("next_batch"),
    number("resume_byte"),
    number("resume_line"),
    id("message_id"),
    text("failure_detail"),
    id("requested_by").person(),
    time("started_at"),
    time("finished_at"),
    id("mapping_id"),
    id("plan_id"),
    flag("undoable"),
    text("undo_status"),
    number("undo_next_batch"),
    id("undo_id"),
    text("undo_failure_detail"),
    number("rows_undone"),
    number("rows_kept"),
];
const IMPORT_MAPPINGS: &[Column] =
    &[text("name").words(&FILE, WithRow), text("target"), json("mapping").words(&FILE, WithRow)];
const IMPORT_ROWS: &[Column] =
    &[id("run_id"), number("line"), text("outcome"), id("resource_id"), json("faults").words(&FILE, WithRow)];

const EXPORTS: &[Column] = &[
    text("target"),
    text("permission"),
    text("status"),
    number("row_count"),
    number("size_bytes"),
    text("failure_detail"),
    text("file_name"),
    id("requested_by").person(),
    time("finished_at"),
    id("file_id"),
];

/// One that others point at comes before those.
pub const TABLES: &[Table] = &[
    Table::resource("uploads", UPLOADS),
    Table::resource("import_mappings", IMPORT_MAPPINGS),
    Table::resource("import_runs", IMPORT_RUNS),
    Table::record("import_rows", IMPORT_ROWS),
    Table::resource("exports", EXPORTS),
];
