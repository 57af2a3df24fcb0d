//! What workflow's tables are of: who is to approve what, and who did.

use data::tables::WhenErased::WithRow;
use data::tables::{Column, Purpose, Table, flag, id, number, text, time};

const RECORD: Purpose = Purpose {
    why: "What members of the tenant wrote into a record, which may name people",
    basis: "on behalf of the tenant",
    kept: "As long as the tenant's records",
};

const DEFINITIONS: &[Column] = &[
    text("name"),
    text("trigger"),
    number("total_over_minor"),
    text("currency"),
    number("quantity_over"),
    text("approver_role"),
    id("approver_user_id").person(),
    flag("requester_may_decide"),
    text("status"),
    time("published_at"),
    time("retired_at"),
];
const HOLDS: &[Column] = &[time("cleared_at")];
const TASKS: &[Column] = &[
    id("definition_id"),
    text("subject_kind"),
    id("subject_id"),
    id("hold_id"),
    text("title").words(&RECORD, WithRow),
    number("total_minor"),
    text("currency"),
    number("quantity"),
    id("warehouse_id"),
    text("approver_role"),
    id("approver_user_id").person(),
    flag("requester_may_decide"),
    text("status"),
    id("requested_by").person(),
    id("decided_by").person(),
    time("decided_at"),
    text("comment").words(&RECORD, WithRow),
    time("applied_at"),
];

/// One that others point at comes before those.
pub const TABLES: &[Table] = &[
    Table::resource("definitions", DEFINITIONS),
    Table::record("holds", HOLDS),
    Table::resource("tasks", TASKS),
];
