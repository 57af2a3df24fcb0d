//! The jobs that carry an import or its undoing on, and those that end one where that is given up; in a file of their
//! own those of exports.

pub mod exports;

use crate::service::{App, Progress, carry_undo_on, end_run, end_undo, run_import};
use ::jobs::{Handler, JobFailure, Running};
use data::Job;
use imports_contract::ImportRunId;
use kernel::Ctx;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// A workbook is copied to this node before its first batch, from a store that may be slow.
const RUN_TIMEOUT: Duration = Duration::from_secs(1_800);

/// Acts as whoever asked for the import.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunImport {
    pub run: ImportRunId,
}

impl Job for RunImport {
    const KIND: &'static str = "imports.run_import";
    const VERSION: u16 = 1;
    /// With back-off these outlast an hour without the target; a batch that is recorded begins them anew.
    const MAX_ATTEMPTS: u32 = 12;
}

/// Follows a [`RunImport`] that is given up, and reads what that one wrote.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndRun {
    pub run: ImportRunId,
}

impl Job for EndRun {
    const KIND: &'static str = "imports.end_run";
    const VERSION: u16 = 1;
    const MAX_ATTEMPTS: u32 = 100;
}

/// Acts as whoever asked for the import to be undone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UndoRun {
    pub run: ImportRunId,
    /// Which asking it follows.
    pub undo: Uuid,
}

impl Job for UndoRun {
    const KIND: &'static str = "imports.undo_run";
    const VERSION: u16 = 1;
    const MAX_ATTEMPTS: u32 = 12;
}

/// Follows an [`UndoRun`] that is given up, and reads what that one wrote.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndUndo {
    pub run: ImportRunId,
    /// Which asking it follows.
    pub undo: Uuid,
}

impl Job for EndUndo {
    const KIND: &'static str = "imports.end_undo";
    const VERSION: u16 = 1;
    const MAX_ATTEMPTS: u32 = 100;
}

pub fn handlers(app: &App) -> Vec<Handler> {
    let (importing, ending) = (app.clone(), app.clone());
    let (undoing, ending_undo) = (app.clone(), app.clone());
    let mut handlers = vec![
        ::jobs::running_job(move |ctx: Ctx, job: RunImport, running: Running| {
            let app = importing.clone();
            async move {
                let run = run_import(&app, &ctx, job.run, &running).await?;
                failed(run).map_or(Ok(()), Err)
            }
        })
        .timeout(RUN_TIMEOUT)
        .when_given_up::<EndRun>(),
        ::jobs::running_job(move |ctx: Ctx, job: EndRun, running: Running| {
            let app = ending.clone();
            async move { Ok(end_run(&app, &ctx, job.run, running.attempt()).await?) }
        })
        .timeout(RUN_TIMEOUT),
        ::jobs::running_job(move |ctx: Ctx, job: UndoRun, running: Running| {
            let app = undoing.clone();
            async move {
                let undone = carry_undo_on(&app, &ctx, (job.run, job.undo), &running).await?;
                failed(undone).map_or(Ok(()), Err)
            }
        })
        .when_given_up::<EndUndo>(),
        ::jobs::job(move |ctx: Ctx, job: EndUndo| {
            let app = ending_undo.clone();
            async move { Ok(end_undo(&app, &ctx, job.run, job.undo).await?) }
        }),
    ];
    handlers.extend(exports::handlers(app));
    handlers
}

/// How the job ends, where it is not done.
fn failed(worked: Progress) -> Option<JobFailure> {
    match worked {
        Progress::Ended => None,
        Progress::Cancelled => Some(JobFailure::Cancelled),
        Progress::Unfinished => Some(JobFailure::Snooze(Duration::ZERO)),
    }
}
