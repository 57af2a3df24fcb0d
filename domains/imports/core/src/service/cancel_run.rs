//! Cancels an import: at once while it waits, after its present batch while it runs. What has gone in stays.

use super::{App, audit, was};
use crate::domain::run::{Run, RunStatus};
use crate::error::Error;
use crate::store;
use imports_contract::ImportRunId;
use kernel::Ctx;

pub async fn cancel_run(app: &App, ctx: &Ctx, id: ImportRunId) -> Result<Run, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let (before, cancelled) = match store::run::cancel_queued(&unit, id, ctx.now()).await? {
        None => (RunStatus::Running, store::run::cancel_running(&unit, id).await?),
        cancelled => (RunStatus::Queued, cancelled),
    };
    let Some(run) = cancelled else {
        let run = store::run::find(&unit, id).await?.ok_or(Error::RunNotFound)?;
        return Err(Error::RunFinished { status: run.status });
    };
    audit(&mut unit, "imports.run.cancel", was(before), &run)?;
    Ok(unit.commit(run).await?)
}
