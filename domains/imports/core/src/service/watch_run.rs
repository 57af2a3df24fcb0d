//! Sees to it that an import whose job is gone does not look alive: a job can end without a word of its own, when its
//! caller may no longer act, when its time is up or its process dies once too often, or when an operator discards it.

use super::{App, finish};
use crate::domain::run::RunStatus;
use crate::error::Error;
use crate::store;
use crate::store::message::JobState;
use chrono::TimeDelta;
use imports_contract::ImportRunId;
use kernel::Ctx;

const GONE: &str = "The job behind this import ended before it was done: whoever asked for it may no longer act \
    here, or it failed too often. Rows recorded up to here have gone in.";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    Ended,
    /// For so long already.
    Alive(TimeDelta),
}

pub async fn watch_run(app: &App, ctx: &Ctx, id: ImportRunId) -> Result<Watched, Error> {
    let read = app.databases.read(ctx).await?;
    let Some(run) = store::run::find(&read, id).await? else { return Ok(Watched::Ended) };
    if run.status.is_final() {
        return Ok(Watched::Ended);
    }
    let state = store::message::state(&read, run.message).await?;
    drop(read);
    match state {
        JobState::Alive => return Ok(Watched::Alive(ctx.now() - run.created_at)),
        JobState::Cancelled => finish(app, ctx, id, RunStatus::Cancelled, None).await?,
        JobState::Gone => finish(app, ctx, id, RunStatus::Failed, Some(GONE.to_owned())).await?,
    }
    Ok(Watched::Ended)
}
