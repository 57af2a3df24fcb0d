//! The use cases of reports, one a file: what HTTP and the jobs call.

mod cancel_run;
mod create_run;
mod download_run;
mod end_run;
mod get_run;
mod list_definitions;
mod list_runs;
mod produce_report;

pub use cancel_run::cancel_run;
pub use create_run::{CreateRun, create_run};
pub use download_run::download_run;
pub use end_run::end_run;
pub use get_run::get_run;
pub use list_definitions::list_definitions;
pub use list_runs::list_runs;
pub use produce_report::{Stop, produce_report};

use kernel::problem::FORBIDDEN;
use kernel::{Ctx, Problem};

/// A report's own permission is known by its name alone: it is another domain's.
fn require(ctx: &Ctx, permission: &str) -> Result<(), Problem> {
    if ctx.permissions().names().any(|name| name == permission) {
        return Ok(());
    }
    let detail =
        format!("This report needs the permission {permission}, which the credential does not have.");
    Err(Problem::new(FORBIDDEN, detail))
}
