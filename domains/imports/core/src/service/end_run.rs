//! Ends an import whose job has ended without a word of its own: its caller may no longer act, its time is up or its
//! process dies once too often, or an operator stops it.

use super::close_run::{finish_without, record_last};
use super::{App, finish, is_lasting};
use crate::domain::run::RunStatus;
use crate::error::Error;
use crate::store;
use imports_contract::ImportRunId;
use kernel::{Ctx, Problem};

const GIVEN_UP: &str = "The job behind this import was given up before it was done: whoever asked for it may no longer \
    act here, or it failed too often. Rows recorded up to here have gone in.";

/// As often its target is asked before it ends without an answer: some minutes, since until then it looks alive.
const ASKS: u32 = 5;

/// `attempt`: from 1.
pub async fn end_run(app: &App, ctx: &Ctx, id: ImportRunId, attempt: u32) -> Result<(), Error> {
    let read = app.databases.read(ctx).await?;
    let Some(run) = store::run::find(&read, id).await? else { return Ok(()) };
    let cancelled = store::message::is_cancelled(&read, run.message).await?;
    drop(read);
    let (status, detail) =
        if cancelled { (RunStatus::Cancelled, None) } else { (RunStatus::Failed, Some(GIVEN_UP.to_owned())) };
    let Err(error) = record_last(app, ctx, id).await else {
        return finish(app, ctx, id, status, detail).await;
    };
    let problem = Problem::from(error);
    if attempt < ASKS && !is_lasting(&problem) {
        return Err(problem.into());
    }
    finish_without(app, ctx, id, (status, detail), problem.into()).await
}
