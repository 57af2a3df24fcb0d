//! What can go wrong in imports, each as a kind of problem a client can act on.

use crate::domain::inspect::NotCsv;
use crate::domain::run::RunStatus;
use crate::domain::sheet::SheetError;
use imports_contract::{ExportId, MappingId};
use kernel::contract::Cause;
use kernel::problem::VERSION_MISMATCH;
use kernel::{FieldError, Problem};
use macros::Problems;

#[derive(Debug, thiserror::Error, Problems)]
pub enum Error {
    #[error("There is no such upload.")]
    #[problem(code = "imports.upload_not_found", status = 404, title = "No such upload")]
    UploadNotFound,
    #[error("There is no such import.")]
    #[problem(code = "imports.run_not_found", status = 404, title = "No such import")]
    RunNotFound,
    #[error("This is not a CSV file that can be read: {}.", .0.0)]
    #[problem(code = "imports.not_csv", status = 422, title = "Not a CSV file")]
    NotCsv(NotCsv),
    #[error(
        "The name of the file ends in .{extension}, but it was sent as {media_type}. Send it under the name and the \
         media type of what it is."
    )]
    #[problem(code = "imports.wrong_extension", status = 422, title = "Name and media type differ")]
    WrongExtension { extension: String, media_type: &'static str },
    #[error("This workbook cannot be imported: {0}.")]
    #[problem(code = "imports.not_a_workbook", status = 422, title = "Not a workbook")]
    NotAWorkbook(SheetError),
    #[error("This workbook cannot be imported: {0}.")]
    #[problem(code = "imports.other_workbook", status = 422, title = "Another kind of workbook")]
    OtherWorkbook(SheetError),
    #[error("This workbook cannot be imported: {0}.")]
    #[problem(code = "imports.workbook_encrypted", status = 422, title = "The workbook is encrypted")]
    WorkbookEncrypted(SheetError),
    #[error("This workbook cannot be imported: {0}.")]
    #[problem(code = "imports.workbook_macros", status = 422, title = "The workbook has macros")]
    WorkbookMacros(SheetError),
    #[error("This workbook cannot be imported: {0}.")]
    #[problem(code = "imports.no_such_sheet", status = 422, title = "No such sheet")]
    NoSuchSheet(SheetError),
    #[error("This sheet cannot be imported: {0}.")]
    #[problem(code = "imports.no_table", status = 422, title = "The sheet is no table")]
    NoTable(SheetError),
    #[error("This workbook cannot be imported: {0}.")]
    #[problem(code = "imports.workbook_too_large", status = 422, title = "The workbook is too large")]
    WorkbookTooLarge(SheetError),
    #[error("This workbook cannot be imported: {0}.")]
    #[problem(code = "imports.workbook_damaged", status = 422, title = "The workbook is damaged")]
    WorkbookDamaged(SheetError),
    #[error("There is no such mapping.")]
    #[problem(code = "imports.mapping_not_found", status = 404, title = "No such mapping")]
    MappingNotFound,
    #[error("There is a mapping with the id {id} already.")]
    #[problem(code = "imports.mapping_exists", status = 409, title = "The mapping exists already")]
    MappingExists { id: MappingId },
    #[error("Another mapping for this target has the name: give one of them another.")]
    #[problem(code = "imports.mapping_name_taken", status = 409, title = "The name is taken")]
    MappingNameTaken,
    #[error("The mapping is not deleted, so there is nothing to restore.")]
    #[problem(code = "imports.mapping_not_deleted", status = 409, title = "The mapping is not deleted")]
    MappingNotDeleted,
    #[error("The dry run was carried out already: start another, which plans anew.")]
    #[problem(code = "imports.plan_carried_out", status = 409, title = "The plan was carried out")]
    PlanCarriedOut,
    #[error("The import cannot be undone: {why}.")]
    #[problem(code = "imports.run_not_undoable", status = 409, title = "The import cannot be undone")]
    NotUndoable { why: &'static str },
    #[error("The import is {} already.", .status.name())]
    #[problem(code = "imports.run_finished", status = 409, title = "The import is finished")]
    RunFinished { status: RunStatus },
    #[error("There is no such export.")]
    #[problem(code = "imports.export_not_found", status = 404, title = "No such export")]
    ExportNotFound,
    #[error("There is an export with the id {id} already.")]
    #[problem(code = "imports.export_exists", status = 409, title = "The export exists already")]
    ExportExists { id: ExportId },
    #[error("The export is {}: its file is there once it is done.", .status.name())]
    #[problem(code = "imports.export_not_done", status = 409, title = "The export is not done")]
    ExportNotDone { status: RunStatus },
    #[error("The export is {}: only one that is queued or running can be cancelled.", .status.name())]
    #[problem(code = "imports.export_finished", status = 409, title = "The export is finished")]
    ExportFinished { status: RunStatus },
    #[error("Exporting {target} needs the permission {permission}, which the caller does not have.")]
    #[problem(code = "imports.export_forbidden", status = 403, title = "Not permitted to see it")]
    ExportForbidden { target: String, permission: String },
    #[error(
        "Seeing what was imported into {target} needs the permission {permission}, which the caller does not have."
    )]
    #[problem(code = "imports.rows_forbidden", status = 403, title = "Not permitted to see the rows")]
    RowsForbidden { target: String, permission: String },
    #[error(
        "The file is shown to whoever sent it, and to whoever may read what it was imported into. Ask one of them, or \
         for the permission to read the target."
    )]
    #[problem(code = "imports.upload_forbidden", status = 403, title = "Not permitted to see the file")]
    UploadForbidden,
    #[error("Importing into {target} needs the permission {permission}, which the caller does not have.")]
    #[problem(code = "imports.target_forbidden", status = 403, title = "Not permitted to write there")]
    TargetForbidden { target: String, permission: String },
    #[error("There is no import target {target} any more.")]
    #[problem(code = "imports.target_gone", status = 410, title = "The target is gone")]
    TargetGone { target: String },
    #[error("The import target {target} does not answer.")]
    #[problem(code = "imports.target_unavailable", status = 503, title = "The target does not answer")]
    TargetUnavailable { target: String, cause: Cause },
    #[error("Whoever asked for the import may no longer act here.")]
    #[problem(code = "imports.caller_gone", status = 403, title = "Whoever asked may not act")]
    CallerGone,
    /// Another worker has taken the import over.
    #[error("The import was carried on elsewhere.")]
    #[problem(code = "imports.run_moved_on", status = 409, title = "The import moved on")]
    MovedOn,
    #[error(transparent)]
    #[problem(transparent)]
    Other(#[from] Problem),
    #[error(transparent)]
    #[problem(transparent)]
    Data(#[from] data::Error),
    #[error(transparent)]
    #[problem(transparent)]
    Blobs(#[from] blobs::Error),
}

impl Error {
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::Other(Problem::invalid(errors))
    }

    pub fn stale() -> Self {
        let detail = "The mapping has changed since you read it: read it again and retry.";
        Self::Other(Problem::new(VERSION_MISMATCH, detail))
    }
}

impl From<SheetError> for Error {
    fn from(error: SheetError) -> Self {
        match error {
            SheetError::NotAWorkbook => Self::NotAWorkbook(error),
            SheetError::OtherKind(_) | SheetError::Mislabelled { .. } => Self::OtherWorkbook(error),
            SheetError::Encrypted => Self::WorkbookEncrypted(error),
            SheetError::Macros(_) => Self::WorkbookMacros(error),
            SheetError::NoSuchSheet { .. } | SheetError::NoSheet => Self::NoSuchSheet(error),
            SheetError::NoTable(_) => Self::NoTable(error),
            SheetError::TooManyEntries { .. }
            | SheetError::DirectoryTooLarge { .. }
            | SheetError::TooLarge { .. }
            | SheetError::Bomb { .. }
            | SheetError::SharedTooLarge { .. }
            | SheetError::TextTooLarge { .. }
            | SheetError::RowTooLong { .. }
            | SheetError::TooManyColumns { .. }
            | SheetError::TooManyRows => Self::WorkbookTooLarge(error),
            SheetError::Damaged(_) => Self::WorkbookDamaged(error),
            SheetError::Io(_) => Self::Other(Problem::unavailable(error)),
        }
    }
}
