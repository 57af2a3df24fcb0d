//! Ends an import whose job has ended without a word of its own: its caller may no longer act, its time is up or its
//! process dies once too often, or an operator stops it.

use super::{App, finish};
use crate::domain::run::RunStatus;
use crate::error::Error;
use crate::store;
use imports_contract::ImportRunId;
use kernel::Ctx;

const GIVEN_UP: &str = "The job behind this import was given up before it was done: whoever asked for it may no longer \
    act here, or it failed too often. Rows recorded up to here have gone in.";

pub async fn end_run(app: &App, ctx: &Ctx, id: ImportRunId) -> Result<(), Error> {
    let read = app.databases.read(ctx).await?;
    let Some(run) = store::run::find(&read, id).await? else { return Ok(()) };
    let cancelled = store::message::is_cancelled(&read, run.message).await?;
    drop(read);
    if cancelled {
        finish(app, ctx, id, RunStatus::Cancelled, None).await
    } else {
        finish(app, ctx, id, RunStatus::Failed, Some(GIVEN_UP.to_owned())).await
    }
}
