//! Ends a run that brings no file: cancelled or failed. One that has ended already stays as it is.

use crate::App;
use crate::domain::run::{End, Run, RunStatus};
use crate::error::Error;
use crate::store::report_runs;
use data::{AuditEntry, Unit};
use kernel::Ctx;
use reports_contract::ReportRunId;
use serde_json::json;

pub async fn end_run(app: &App, ctx: &Ctx, id: ReportRunId, end: &End) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    if let Some(run) = report_runs::end(&unit, id, end, ctx.now()).await? {
        audit_end(&mut unit, &run)?;
        unit.commit(()).await?;
    }
    Ok(())
}

pub fn audit_end(unit: &mut Unit, run: &Run) -> Result<(), data::Error> {
    unit.audit(AuditEntry {
        action: match run.status {
            RunStatus::Ready => "reports.run.complete",
            RunStatus::Cancelled => "reports.run.cancel",
            _ => "reports.run.fail",
        },
        resource: "report_run",
        resource_id: run.id.uuid(),
        before: None,
        after: Some(json!({ "status": run.status.name(), "failure_detail": run.failure_detail })),
    })
}
