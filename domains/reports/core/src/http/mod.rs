//! The HTTP surface of reports: parse, call one use case, render.

mod definitions;
mod runs;

use crate::App;
use crate::error::Error;
use crate::permissions::{RUNS_READ, RUNS_WRITE};
use kernel::problem::Problems;
use std::time::Duration;

/// A large file over a slow line.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(300);

pub fn api(app: App) -> web::Api {
    web::Api::new("reports", app.databases.clone(), &[Error::KINDS])
        .state(app)
        .tag("Reports", "What can be reported, and runs of it as CSV files")
        .operation(web::operation!(definitions::list_definitions).permission(&RUNS_READ))
        .operation(web::operation!(runs::create_run).permission(&RUNS_WRITE))
        .operation(web::operation!(runs::list_runs).permission(&RUNS_READ))
        .operation(web::operation!(runs::get_run).permission(&RUNS_READ))
        .operation(web::operation!(runs::download_run).permission(&RUNS_READ).timeout(DOWNLOAD_TIMEOUT))
        .operation(web::operation!(runs::cancel_run).permission(&RUNS_WRITE))
}
