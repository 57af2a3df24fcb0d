//! How what is asked of a tenant's audit log, its exports and its streams is refused.

use macros::Problems;

#[derive(Debug, thiserror::Error, Problems)]
pub enum AuditError {
    #[error("The log of your tenant has no such entry.")]
    #[problem(code = "users.audit_entry_not_found", status = 404, title = "No such audit entry")]
    AuditEntryNotFound,
    #[error(
        "The entry is older than the log's tree and has no leaf in it yet. It gets one within the hour: ask again then."
    )]
    #[problem(code = "users.audit_entry_unsealed", status = 409, title = "Not in the tree yet")]
    AuditEntryUnsealed,
    #[error(
        "The entry is leaf {leaf}, counted from 0, and a tree of {size} entries ends before it. Ask for a larger one."
    )]
    #[problem(code = "users.audit_entry_not_in_tree", status = 409, title = "Not in a tree of that size")]
    AuditEntryNotInTree { leaf: u64, size: u64 },
    #[error("The log has {size} entries in its tree. Ask for that size or a smaller one.")]
    #[problem(code = "users.audit_tree_smaller", status = 422, title = "The tree is smaller")]
    AuditTreeSmaller { size: u64 },
    #[error("No tree of {from} entries grows to one of {to}: `from` must be at least 1 and at most `to`.")]
    #[problem(
        code = "users.audit_sizes_reversed",
        status = 422,
        title = "Not from a smaller to a larger tree"
    )]
    AuditSizesReversed { from: u64, to: u64 },
    #[error("There is no such export of the audit log, or its week is over. Ask for another.")]
    #[problem(code = "users.audit_export_not_found", status = 404, title = "No such export")]
    AuditExportNotFound,
    #[error("An export of the audit log with this id exists already.")]
    #[problem(code = "users.audit_export_exists", status = 409, title = "The id is taken")]
    AuditExportExists,
    #[error(
        "The log was exported 200 times within a week. Download one of these, or wait until some have expired."
    )]
    #[problem(code = "users.too_many_audit_exports", status = 409, title = "Exported too often")]
    TooManyAuditExports,
    #[error("The export is {0}. Its file can be downloaded once it is done.")]
    #[problem(code = "users.audit_export_not_done", status = 409, title = "No file yet")]
    AuditExportNotDone(&'static str),
    #[error("Your tenant has no such audit stream.")]
    #[problem(code = "users.audit_stream_not_found", status = 404, title = "No such audit stream")]
    AuditStreamNotFound,
    #[error("An audit stream with this id exists already.")]
    #[problem(code = "users.audit_stream_exists", status = 409, title = "The id is taken")]
    AuditStreamExists,
    #[error("A tenant has ten audit streams at most. End one first.")]
    #[problem(
        code = "users.too_many_audit_streams",
        status = 409,
        title = "No room for another audit stream"
    )]
    TooManyAuditStreams,
}
