//! The job that carries an import on, and the one that watches over it.

use crate::service::{App, Progress, Watched, run_import, watch_run};
use ::jobs::{Handler, JobFailure, Running};
use chrono::TimeDelta;
use data::Job;
use imports_contract::ImportRunId;
use kernel::Ctx;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Acts as whoever asked for the import.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunImport {
    pub run: ImportRunId,
}

impl Job for RunImport {
    const KIND: &'static str = "imports.run_import";
    const VERSION: u16 = 1;
    /// With back-off these outlast an hour without the target.
    const MAX_ATTEMPTS: u32 = 12;
}

/// Acts as the domain: it must also run when nobody else may.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WatchRun {
    pub run: ImportRunId,
}

impl Job for WatchRun {
    const KIND: &'static str = "imports.watch_run";
    const VERSION: u16 = 1;
    const MAX_ATTEMPTS: u32 = 100;
}

/// When it is looked after first; then at intervals as long as the import has run already, within bounds.
pub const WATCH_AFTER: TimeDelta = TimeDelta::seconds(5);
const WATCH_EVERY_S: (u64, u64) = (5, 60);

pub fn handlers(app: &App) -> Vec<Handler> {
    let (importing, watching) = (app.clone(), app.clone());
    vec![
        ::jobs::running_job(move |ctx: Ctx, job: RunImport, running: Running| {
            let app = importing.clone();
            async move {
                let last_attempt = running.attempt() >= RunImport::MAX_ATTEMPTS;
                match run_import(&app, &ctx, job.run, &running, last_attempt).await? {
                    Progress::Ended => Ok(()),
                    Progress::Cancelled => Err(JobFailure::Cancelled),
                    Progress::Unfinished => Err(JobFailure::Snooze(Duration::ZERO)),
                }
            }
        }),
        ::jobs::job(move |ctx: Ctx, job: WatchRun| {
            let app = watching.clone();
            async move {
                match watch_run(&app, &ctx, job.run).await? {
                    Watched::Ended => Ok(()),
                    Watched::Alive(age) => Err(JobFailure::Snooze(until_next_look(age))),
                }
            }
        }),
    ]
}

fn until_next_look(age: TimeDelta) -> Duration {
    let (least, most) = WATCH_EVERY_S;
    Duration::from_secs(u64::try_from(age.num_seconds()).unwrap_or_default().clamp(least, most))
}
