//! One run, with how far it is or why it failed.

use crate::App;
use crate::domain::run::Run;
use crate::error::Error;
use crate::store::report_runs;
use kernel::Ctx;
use reports_contract::ReportRunId;

pub async fn get_run(app: &App, ctx: &Ctx, id: ReportRunId) -> Result<Run, Error> {
    let read = app.databases.read(ctx).await?;
    report_runs::find(&read, id).await?.ok_or(Error::RunNotFound)
}
