//! Carries an import on from where it stands: a batch is planned or executed by the target in the target's own
//! transaction, then recorded here in one of ours. A crash between the two repeats the batch, which the target answers
//! from its record.

use super::close_run::close_run;
use super::read_batches::{Batch, Batches};
use super::{App, audit, check_permission, find_upload, finish, is_lasting, refused, rows, was};
use crate::domain::mapping::Plan;
use crate::domain::records::Position;
use crate::domain::row::RowResult;
use crate::domain::run::{Counts, Mode, Run, RunStatus};
use crate::error::Error;
use crate::jobs::RunImport;
use crate::store;
use ::jobs::Running;
use imports_contract::ImportRunId;
use kernel::{Ctx, Id, Problem};
use module::{ExecuteBatch, ImportOffer, ImportRow, PlanBatch, RowOutcome};
use serde_json::json;
use std::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There is nothing left to do.
    Ended,
    /// An operator stopped its job.
    Cancelled,
    /// To be carried on soon.
    Unfinished,
}

/// At the last attempt any failure ends the import.
pub async fn run_import(app: &App, ctx: &Ctx, id: ImportRunId, running: &Running) -> Result<Progress, Error> {
    let Some(run) = begin(app, ctx, id).await? else { return Ok(Progress::Ended) };
    let worked = Box::pin(work(app, ctx, run, running)).await;
    match worked {
        Ok(Work::Later) => Ok(Progress::Unfinished),
        Ok(Work::Done) => finish(app, ctx, id, RunStatus::Done, None).await.map(|()| Progress::Ended),
        Ok(Work::Cancelled) => {
            close_run(app, ctx, id, RunStatus::Cancelled, None).await?;
            Ok(if running.cancelled() { Progress::Cancelled } else { Progress::Ended })
        }
        // In the name of who is gone nothing more is written: the job that follows this one ends the import.
        Err(error @ (Error::MovedOn | Error::CallerGone)) => Err(error),
        Err(error) => {
            let problem = Problem::from(error);
            if running.is_last_attempt() || is_lasting(&problem) {
                close_run(app, ctx, id, RunStatus::Failed, Some(problem.detail.to_string())).await?;
            }
            Err(problem.into())
        }
    }
}

/// `None` when it has ended.
async fn begin(app: &App, ctx: &Ctx, id: ImportRunId) -> Result<Option<Run>, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let run = match store::run::begin(&unit, id, ctx.now()).await? {
        None => store::run::find(&unit, id).await?.ok_or(Error::RunNotFound)?,
        Some(run) => {
            audit(&mut unit, "imports.run.begin", was(RunStatus::Queued), &run)?;
            run
        }
    };
    let run = unit.commit(run).await?;
    Ok((!run.status.is_final()).then_some(run))
}

enum Work {
    Done,
    Cancelled,
    Later,
}

async fn work(app: &App, ctx: &Ctx, mut run: Run, running: &Running) -> Result<Work, Error> {
    let gone = || Error::TargetGone { target: run.target.clone() };
    let offer = app.targets.get(&run.target).ok_or_else(gone)?;
    check_permission(ctx, &offer.definition)?;
    let upload = find_upload(app, ctx, run.upload).await?;
    let plan = Plan::new(&run.mapping, &upload.columns);
    let mut batches = Batches::open(app, ctx.tenant(), &upload, run.begun_at()).await?;
    let mut ctx = ctx.clone();
    // A batch is done each time, however long it takes to come to it: else the import would never be done.
    let mut first_batch: Option<Instant> = None;
    loop {
        if run.cancel_requested || running.cancelled() {
            return Ok(Work::Cancelled);
        }
        if first_batch.is_some_and(|begun| begun.elapsed() > app.slice) {
            return Ok(Work::Later);
        }
        let Some(Batch { records, end }) = batches.next().await? else { return Ok(Work::Done) };
        first_batch.get_or_insert_with(Instant::now);
        let sorted = plan.sort(records);
        let outcomes = ask(&ctx, offer, &run, &sorted.rows).await?;
        let results = plan.results(run.id, sorted, outcomes);
        let results = results.ok_or_else(|| Problem::internal("the target did not answer for each row"))?;
        run = record(app, &ctx, &run, &results, end).await?;
        running.step::<RunImport>(run.counts.rows(), Some(run.rows_total)).await;
        ctx = running.caller_now(&ctx).await?.ok_or(Error::CallerGone)?;
        check_permission(&ctx, &offer.definition)?;
    }
}

async fn ask(
    ctx: &Ctx,
    offer: &ImportOffer,
    run: &Run,
    rows: &[ImportRow],
) -> Result<Vec<RowOutcome>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (target, batch, rows) = (run.target.clone(), run.next_batch, rows.to_vec());
    let import = Id::from_uuid(run.id.uuid());
    let answered = match run.mode {
        Mode::DryRun => offer.target.plan(ctx, PlanBatch { target, import, batch, rows }).await,
        Mode::Apply => {
            let plan = run.plan.map(|plan| Id::from_uuid(plan.uuid()));
            offer.target.execute(ctx, ExecuteBatch { target, import, plan, batch, rows }).await
        }
    };
    answered.map(|outcome| outcome.rows).map_err(|error| refused(&offer.definition, error))
}

pub(super) async fn record(
    app: &App,
    ctx: &Ctx,
    run: &Run,
    results: &[RowResult],
    end: Position,
) -> Result<Run, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let advanced = store::run::advance(&unit, run.id, run.next_batch, Counts::of(results), end).await?;
    let advanced = advanced.ok_or(Error::MovedOn)?;
    store::row::insert_all(&unit, ctx, results).await?;
    let before = json!({ "rows": rows(run.counts) });
    audit(&mut unit, "imports.run.record", Some(before), &advanced)?;
    Ok(unit.commit(advanced).await?)
}
