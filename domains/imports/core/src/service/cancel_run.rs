//! Cancels an import: at once while it waits, after its present batch while it runs. What has gone in stays.

use super::{App, audit};
use crate::domain::run::Run;
use crate::error::Error;
use crate::store;
use imports_contract::ImportRunId;
use kernel::Ctx;

pub async fn cancel_run(app: &App, ctx: &Ctx, id: ImportRunId) -> Result<Run, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let cancelled = match store::run::cancel_queued(&unit, id, ctx.now()).await? {
        None => store::run::cancel_running(&unit, id).await?,
        cancelled => cancelled,
    };
    let Some(run) = cancelled else {
        let run = store::run::find(&unit, id).await?.ok_or(Error::RunNotFound)?;
        return Err(Error::RunFinished { status: run.status });
    };
    audit(&mut unit, "imports.run.cancel", &run)?;
    Ok(unit.commit(run).await?)
}
