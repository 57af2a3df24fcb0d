//! Ends an import before its file does. Its target may have carried out one batch more, whose answer was lost or died
//! with a worker; so it is asked what it has of it, and what went in is recorded, before the import says how it has
//! ended.

use super::read_batches::{Batch, Batches};
use super::run_import::record;
use super::{App, find_upload, finish, get_run, refused};
use crate::domain::mapping::Plan;
use crate::domain::run::{Mode, RunStatus};
use crate::error::Error;
use imports_contract::ImportRunId;
use kernel::{Ctx, Id, Problem};
use module::CloseBatch;

const UNKNOWN: &str = "What became of one more batch could not be found out: up to 100 rows after those that are recorded \
    may have gone in. Undo takes them back too.";

pub(super) async fn close_run(
    app: &App,
    ctx: &Ctx,
    id: ImportRunId,
    status: RunStatus,
    detail: Option<String>,
) -> Result<(), Error> {
    match record_last(app, ctx, id).await {
        Ok(()) => finish(app, ctx, id, status, detail).await,
        Err(error @ Error::MovedOn) => Err(error),
        Err(error) => finish_without(app, ctx, id, (status, detail), error).await,
    }
}

/// Where the target cannot be asked, and an end is not to wait for it any longer.
pub(super) async fn finish_without(
    app: &App,
    ctx: &Ctx,
    id: ImportRunId,
    (status, detail): (RunStatus, Option<String>),
    error: Error,
) -> Result<(), Error> {
    tracing::warn!(%error, run = %id, "an import ends without knowing what became of its last batch");
    let detail = detail.map_or_else(|| UNKNOWN.to_owned(), |detail| format!("{detail} {UNKNOWN}"));
    finish(app, ctx, id, status, Some(detail)).await
}

/// What the target has of the batch after the last that is recorded. If that is nothing, it takes that batch no more.
pub(super) async fn record_last(app: &App, ctx: &Ctx, id: ImportRunId) -> Result<(), Error> {
    let run = get_run(app, ctx, id).await?;
    if run.mode == Mode::DryRun || run.status != RunStatus::Running {
        return Ok(());
    }
    let gone = || Error::TargetGone { target: run.target.clone() };
    let offer = app.targets.get(&run.target).ok_or_else(gone)?;
    let (target, import) = (run.target.clone(), Id::from_uuid(run.id.uuid()));
    let request = CloseBatch { target, import, batch: run.next_batch };
    let closed = offer.target.close(ctx, request).await;
    let outcomes = closed.map_err(|error| refused(&offer.definition, error))?.rows;
    if outcomes.is_empty() {
        return Ok(());
    }
    let upload = find_upload(app, ctx, run.upload).await?;
    let mut batches = Batches::open(app, ctx.tenant(), &upload, run.begun_at()).await?;
    let Some(Batch { records, end }) = batches.next().await? else { return Ok(()) };
    let plan = Plan::new(&run.mapping, &upload.columns);
    let results = plan.results(run.id, plan.sort(records), outcomes);
    let results = results.ok_or_else(|| Problem::internal("the target did not answer for each row"))?;
    record(app, ctx, &run, &results, end).await.map(|_| ())
}
