//! Carries the undoing of an import on from where it stands, the last batch first: the target takes a batch back in its
//! own transaction, then it is recorded here in one of ours. A crash between the two asks again, which the target answers
//! from its record.

use super::{App, Progress, audit, check_permission, get_run, is_lasting, refused, undo};
use crate::domain::row::Fault;
use crate::domain::run::{Run, Undo, UndoStatus};
use crate::error::Error;
use crate::jobs::UndoRun;
use crate::store;
use ::jobs::Running;
use imports_contract::ImportRunId;
use kernel::{Ctx, Id, Problem};
use module::{BatchUndone, ImportOffer, RowFault, RowUndone, UndoBatch};
use serde_json::json;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Then it stands in line again, so that a large import does not hold a worker.
const SLICE: Duration = Duration::from_secs(60);

const STOPPED: &str = "It was stopped by an operator. Ask for it again and it goes on.";

/// At the last attempt any failure ends it.
pub async fn carry_undo_on(
    app: &App,
    ctx: &Ctx,
    (id, undo_id): (ImportRunId, Uuid),
    running: &Running,
) -> Result<Progress, Error> {
    let run = get_run(app, ctx, id).await?;
    let is_wanted =
        |undo: &Undo| undo.id == undo_id && matches!(undo.status, UndoStatus::Queued | UndoStatus::Running);
    if !run.undo.as_ref().is_some_and(is_wanted) {
        return Ok(Progress::Ended);
    }
    match Box::pin(work(app, ctx, run, running)).await {
        Ok(Work::Later) => Ok(Progress::Unfinished),
        Ok(Work::Done) => {
            finish_undo(app, ctx, id, undo_id, UndoStatus::Done, None).await.map(|()| Progress::Ended)
        }
        Ok(Work::Cancelled) => {
            finish_undo(app, ctx, id, undo_id, UndoStatus::Failed, Some(STOPPED.to_owned())).await?;
            Ok(Progress::Cancelled)
        }
        // In the name of who is gone nothing more is written.
        Err(error @ (Error::MovedOn | Error::CallerGone)) => Err(error),
        Err(error) => {
            let problem = Problem::from(error);
            if running.is_last_attempt() || is_lasting(&problem) {
                let detail = Some(problem.detail.to_string());
                finish_undo(app, ctx, id, undo_id, UndoStatus::Failed, detail).await?;
            }
            Err(problem.into())
        }
    }
}

/// Nothing where it has ended already.
pub(super) async fn finish_undo(
    app: &App,
    ctx: &Ctx,
    id: ImportRunId,
    undo_id: Uuid,
    status: UndoStatus,
    failure_detail: Option<String>,
) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    if let Some(run) = store::run::finish_undo(&unit, id, undo_id, status, failure_detail).await? {
        let before = json!({ "undo": { "status": UndoStatus::Running.name() } });
        audit(&mut unit, "imports.run.finish_undo", Some(before), &run)?;
    }
    Ok(unit.commit(()).await?)
}

enum Work {
    Done,
    Cancelled,
    Later,
}

async fn work(app: &App, ctx: &Ctx, mut run: Run, running: &Running) -> Result<Work, Error> {
    let begun = Instant::now();
    let gone = || Error::TargetGone { target: run.target.clone() };
    let offer = app.targets.get(&run.target).ok_or_else(gone)?;
    check_permission(ctx, &offer.definition)?;
    let total = run.counts.created + run.counts.updated;
    let mut ctx = ctx.clone();
    loop {
        let Some((undo_id, left)) = run.undo.as_ref().map(|undo| (undo.id, undo.batches_left)) else {
            return Ok(Work::Done);
        };
        if left == 0 {
            return Ok(Work::Done);
        }
        if running.cancelled() {
            return Ok(Work::Cancelled);
        }
        if begun.elapsed() > SLICE {
            return Ok(Work::Later);
        }
        let undone = ask(&ctx, offer, &run, (undo_id, left - 1)).await?;
        run = record(app, &ctx, &run, (undo_id, left), undone).await?;
        let done = run.undo.as_ref().map_or(0, |undo| undo.rows_undone + undo.rows_kept);
        running.step::<UndoRun>(done, Some(total)).await;
        ctx = running.caller_now(&ctx).await?.ok_or(Error::CallerGone)?;
        check_permission(&ctx, &offer.definition)?;
    }
}

async fn ask(
    ctx: &Ctx,
    offer: &ImportOffer,
    run: &Run,
    (undo_id, batch): (Uuid, u32),
) -> Result<BatchUndone, Error> {
    let (target, import) = (run.target.clone(), Id::from_uuid(run.id.uuid()));
    let request = UndoBatch { target, import, batch, asked: Some(undo_id) };
    let answered = offer.target.undo(ctx, request).await;
    answered.map_err(|error| refused(&offer.definition, error))
}

async fn record(
    app: &App,
    ctx: &Ctx,
    run: &Run,
    (undo_id, left): (Uuid, u32),
    undone: BatchUndone,
) -> Result<Run, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let mut lines = Vec::new();
    // Most are kept for the same reason.
    let mut reasons: Vec<(RowFault, Vec<u64>)> = Vec::new();
    for RowUndone { line, kept } in undone.rows {
        let Some(why) = kept else {
            lines.push(line);
            continue;
        };
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, kept)) => kept.push(line),
            None => reasons.push((why, vec![line])),
        }
    }
    let mut kept = 0;
    for (why, lines) in reasons {
        kept += store::row::keep(&unit, run.id, &lines, &told(why)).await?;
    }
    let gone = store::row::undo(&unit, run.id, &lines).await?;
    let advanced =
        store::run::advance_undo(&unit, run.id, undo_id, left, gone, kept).await?.ok_or(Error::MovedOn)?;
    let before = run.undo.as_ref().map(|before| json!({ "undo": undo(before) }));
    audit(&mut unit, "imports.run.record_undo", before, &advanced)?;
    Ok(unit.commit(advanced).await?)
}

fn told(why: RowFault) -> Fault {
    let RowFault { field, rule, detail } = why;
    Fault { column: None, field: (!field.is_empty()).then_some(field), value: None, rule, detail }
}
