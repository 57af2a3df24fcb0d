//! The jobs of an export: writing it, and ending it where that is given up.

use crate::domain::export::End;
use crate::error::Error;
use crate::service::{App, end_export, run_export};
use ::jobs::{Handler, JobFailure, Running};
use data::Job;
use imports_contract::ExportId;
use kernel::Ctx;
use module::Stop;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const RUN_TIMEOUT: Duration = Duration::from_secs(1_800);

const GIVEN_UP: &str = "The export was given up: its job failed too often or was stopped, or whoever asked for it may no \
    longer act here.";

/// Writes the file, as whoever asked for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunExport {
    pub export: ExportId,
}

impl Job for RunExport {
    const KIND: &'static str = "imports.run_export";
    const VERSION: u16 = 1;
}

/// Follows a [`RunExport`] that is given up, and reads what that one wrote.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndExport {
    pub export: ExportId,
}

impl Job for EndExport {
    const KIND: &'static str = "imports.end_export";
    const VERSION: u16 = 1;
    const MAX_ATTEMPTS: u32 = 100;
}

pub fn handlers(app: &App) -> [Handler; 2] {
    let (writing, ending) = (app.clone(), app.clone());
    [
        ::jobs::running_job(move |ctx: Ctx, job: RunExport, running: Running| {
            let app = writing.clone();
            async move { write(&app, &ctx, job.export, &running).await }
        })
        .timeout(RUN_TIMEOUT)
        .when_given_up::<EndExport>(),
        ::jobs::job(move |ctx: Ctx, job: EndExport| {
            let app = ending.clone();
            async move {
                let end = End::Failed { detail: GIVEN_UP.to_owned() };
                Ok(end_export(&app, &ctx, job.export, &end).await?)
            }
        }),
    ]
}

async fn write(app: &App, ctx: &Ctx, id: ExportId, running: &Running) -> Result<(), JobFailure> {
    let Err(stop) = run_export(app, ctx, id, running).await else { return Ok(()) };
    let end = match &stop {
        Stop::MovedOn => return Err(Error::MovedOn.into()),
        Stop::Cancelled => Some(End::Cancelled),
        stop => stop
            .told("export", running.attempt() >= RunExport::MAX_ATTEMPTS)
            .map(|detail| End::Failed { detail }),
    };
    if let Some(end) = end {
        end_export(app, ctx, id, &end).await?;
    }
    stop.failure().map_or(Ok(()), Err)
}
