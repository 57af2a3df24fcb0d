//! Ends a run that brings no file: cancelled or failed. One that has ended already stays as it is.

use crate::App;
use crate::domain::run::End;
use crate::error::Error;
use crate::service::audit_step;
use crate::store::report_runs;
use kernel::Ctx;
use reports_contract::ReportRunId;

pub async fn end_run(app: &App, ctx: &Ctx, id: ReportRunId, end: &End) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    if let Some(run) = report_runs::end(&unit, id, end, ctx.now()).await? {
        audit_step(&mut unit, &run)?;
        unit.commit(()).await?;
    }
    Ok(())
}
