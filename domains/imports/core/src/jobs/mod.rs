//! The job that carries an import on, and the one that ends it where that one is given up.

use crate::service::{App, Progress, end_run, run_import};
use ::jobs::{Handler, JobFailure, Running};
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

pub fn handlers(app: &App) -> Vec<Handler> {
    let (importing, ending) = (app.clone(), app.clone());
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
        })
        .when_given_up::<EndRun>(),
        ::jobs::job(move |ctx: Ctx, job: EndRun| {
            let app = ending.clone();
            async move { Ok(end_run(&app, &ctx, job.run).await?) }
        }),
    ]
}
