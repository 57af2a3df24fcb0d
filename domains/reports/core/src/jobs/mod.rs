//! The jobs of a run: writing it, and ending it where that is given up.

use crate::App;
use crate::domain::run::End;
use crate::service;
use ::jobs::{Handler, JobFailure, Running};
use data::Job;
use kernel::Ctx;
use module::Stop;
use reports_contract::ReportRunId;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const RUN_TIMEOUT: Duration = Duration::from_secs(1_800);

const GIVEN_UP: &str = "The report was given up: its job failed too often or was stopped, or whoever asked for it may no \
    longer act here.";

/// Writes the file, as whoever asked for it.
#[derive(Debug, Serialize, Deserialize)]
pub struct RunReport {
    pub run: ReportRunId,
}

impl Job for RunReport {
    const KIND: &'static str = "reports.run_report";
    const VERSION: u16 = 1;
}

/// Follows a [`RunReport`] that is given up, and reads what that one wrote. Most runs have ended by then; the others
/// lost their job to a crash or a time-out at its last attempt, to an operator, or to a caller who is no longer a member.
#[derive(Debug, Serialize, Deserialize)]
pub struct EndRun {
    pub run: ReportRunId,
}

impl Job for EndRun {
    const KIND: &'static str = "reports.end_run";
    const VERSION: u16 = 1;
    const MAX_ATTEMPTS: u32 = 100;
}

pub fn handlers(app: &App) -> Vec<Handler> {
    let (run, end) = (app.clone(), app.clone());
    vec![
        ::jobs::running_job::<RunReport>(move |ctx, job, running| {
            let app = run.clone();
            async move { run_report(&app, &ctx, job.run, &running).await }
        })
        .timeout(RUN_TIMEOUT)
        .when_given_up::<EndRun>(),
        ::jobs::job::<EndRun>(move |ctx, job| {
            let app = end.clone();
            async move {
                let end = End::Failed { detail: GIVEN_UP.to_owned() };
                Ok(service::end_run(&app, &ctx, job.run, &end).await?)
            }
        }),
    ]
}

async fn run_report(app: &App, ctx: &Ctx, id: ReportRunId, running: &Running) -> Result<(), JobFailure> {
    let Err(stop) = service::produce_report(app, ctx, id, running).await else { return Ok(()) };
    let end = match &stop {
        // One that has ended stays as it is.
        Stop::Cancelled | Stop::MovedOn => Some(End::Cancelled),
        stop => stop.told("report", running.attempt() >= RunReport::MAX_ATTEMPTS).map(|mut detail| {
            if matches!(stop, Stop::TooLarge { .. }) {
                detail.push_str(" Narrow it down by its parameters.");
            }
            End::Failed { detail }
        }),
    };
    if let Some(end) = end {
        service::end_run(app, ctx, id, &end).await?;
    }
    stop.failure().map_or(Ok(()), Err)
}
