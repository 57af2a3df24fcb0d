//! The REST surface of imports.

mod exports;
mod mappings;
mod runs;
mod sources;
mod targets;
mod uploads;

use crate::error::Error;
use crate::permissions::{MAPPINGS_RESTORE, RUNS_READ, RUNS_WRITE};
use crate::service::App;
use kernel::problem::Problems;
use std::time::Duration;

const UPLOAD_TIMEOUT: Duration = Duration::from_secs(600);
/// A large file over a slow line.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(300);

pub fn api(app: App) -> web::Api {
    let limit_bytes = usize::try_from(app.upload_limit_bytes).unwrap_or(usize::MAX);
    web::Api::new("imports", app.databases.clone(), &[Error::KINDS])
        .state(app)
        .tag("Import targets", "What can be imported into, and the fields it takes")
        .operation(web::operation!(targets::list_targets).permission(&RUNS_READ))
        .tag("Uploads", "Files to import from")
        .operation(
            web::operation!(uploads::create_upload)
                .permission(&RUNS_WRITE)
                .raw_body(limit_bytes, &uploads::MEDIA_TYPES)
                .timeout(UPLOAD_TIMEOUT),
        )
        .operation(web::operation!(uploads::get_upload).permission(&RUNS_READ))
        .operation(web::operation!(uploads::download_upload).permission(&RUNS_READ).timeout(DOWNLOAD_TIMEOUT))
        .tag("Imports", "Dry runs and imports, how far they are, and what became of each row")
        .operation(web::operation!(runs::start_run).permission(&RUNS_WRITE).requires_key())
        .operation(web::operation!(runs::list_runs).permission(&RUNS_READ))
        .operation(web::operation!(runs::get_run).permission(&RUNS_READ))
        .operation(web::operation!(runs::list_run_rows).permission(&RUNS_READ))
        .operation(web::operation!(runs::cancel_run).permission(&RUNS_WRITE))
        .operation(
            web::operation!(runs::download_error_file).permission(&RUNS_READ).timeout(DOWNLOAD_TIMEOUT),
        )
        .operation(web::operation!(runs::undo_run).permission(&RUNS_WRITE))
        .tag("Import mappings", "Which column fills which field, kept for files that come again")
        .operation(
            web::operation!(mappings::list_mappings).permission(&RUNS_READ).shows_deleted(&MAPPINGS_RESTORE),
        )
        .operation(web::operation!(mappings::create_mapping).permission(&RUNS_WRITE))
        .operation(
            web::operation!(mappings::get_mapping).permission(&RUNS_READ).shows_deleted(&MAPPINGS_RESTORE),
        )
        .operation(web::operation!(mappings::patch_mapping).permission(&RUNS_WRITE))
        .operation(web::operation!(mappings::delete_mapping).permission(&RUNS_WRITE))
        .operation(web::operation!(mappings::restore_mapping).permission(&MAPPINGS_RESTORE))
        .tag("Exports", "What an import target has, as files that it would import again")
        .operation(web::operation!(exports::create_export).permission(&RUNS_WRITE))
        .operation(web::operation!(exports::list_exports).permission(&RUNS_READ))
        .operation(web::operation!(exports::get_export).permission(&RUNS_READ))
        .operation(web::operation!(exports::download_export).permission(&RUNS_READ).timeout(DOWNLOAD_TIMEOUT))
        .operation(web::operation!(exports::cancel_export).permission(&RUNS_WRITE))
}
