//! Cancels a run. Its job sees that between two pages and stops.

use crate::App;
use crate::domain::run::{End, Run, RunStatus};
use crate::error::Error;
use crate::service::audit_step;
use crate::store::report_runs;
use kernel::Ctx;
use reports_contract::ReportRunId;

pub async fn cancel_run(app: &App, ctx: &Ctx, id: ReportRunId) -> Result<Run, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let run = match report_runs::end(&unit, id, &End::Cancelled, ctx.now()).await? {
        Some(run) => {
            audit_step(&mut unit, &run)?;
            run
        }
        None => {
            let run = report_runs::find(&unit, id).await?.ok_or(Error::RunNotFound)?;
            if run.status != RunStatus::Cancelled {
                return Err(Error::Finished(run.status.name()));
            }
            run
        }
    };
    Ok(unit.commit(run).await?)
}
