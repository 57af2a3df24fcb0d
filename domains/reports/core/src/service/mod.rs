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
pub use produce_report::produce_report;

use crate::domain::run::{Run, RunStatus};
use data::{AuditEntry, Unit};
use kernel::problem::FORBIDDEN;
use kernel::{Ctx, Problem};
use serde_json::json;

/// A report's own permission is known by its name alone: it is another domain's.
fn require(ctx: &Ctx, permission: &str) -> Result<(), Problem> {
    if ctx.permissions().names().any(|name| name == permission) {
        return Ok(());
    }
    let detail =
        format!("This report needs the permission {permission}, which the credential does not have.");
    Err(Problem::new(FORBIDDEN, detail))
}

/// For each step a run takes, once it is taken.
fn audit_step(unit: &mut Unit, run: &Run) -> Result<(), data::Error> {
    // Every change counts as a version, so the step to the second is the first of all.
    let before = if run.version <= 2 { RunStatus::Queued } else { RunStatus::Running };
    unit.audit(AuditEntry {
        action: match run.status {
            RunStatus::Running => "reports.run.begin",
            RunStatus::Ready => "reports.run.complete",
            RunStatus::Cancelled => "reports.run.cancel",
            _ => "reports.run.fail",
        },
        resource: "report_run",
        resource_id: run.id.uuid(),
        before: Some(json!({ "status": before.name() })),
        after: Some(json!({ "status": run.status.name(), "failure_detail": run.failure_detail })),
    })
}
