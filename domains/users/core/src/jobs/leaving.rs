//! The jobs of who leaves: writing what is taken along, ending that where it is given up, and erasing a tenant or a person.

use crate::app::App;
use crate::domain::{DataExportId, TenantClosureId, UserErasureId};
use crate::service::leaving::end_export::end_export;
use crate::service::leaving::erase_person::erase_person;
use crate::service::leaving::erase_tenant::{Erasing, erase_tenant};
use crate::service::leaving::produce_export::produce_export;
use ::jobs::{Handler, JobFailure, Running};
use chrono::{DateTime, Utc};
use data::Job;
use kernel::{Ctx, TenantId};
use module::Stop;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const EXPORT_TIMEOUT: Duration = Duration::from_secs(3 * 3_600);
const ERASE_TIMEOUT: Duration = Duration::from_secs(600);
/// The whole log of each of their tenants is gone through.
const ERASE_PERSON_TIMEOUT: Duration = Duration::from_secs(3 * 3_600);

const GIVEN_UP: &str = "The export was given up: its job failed too often or was stopped, or whoever asked for it may no \
    longer act here. Ask for another.";
const TOO_LARGE: &str = "There is more than one file holds. Ask the operators of this installation.";

/// Writes the file, as whoever asked for it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ProduceExport {
    pub export: DataExportId,
}

impl Job for ProduceExport {
    const KIND: &'static str = "users.produce_export";
    const VERSION: u16 = 1;
}

/// Follows a [`ProduceExport`] that is given up, and reads what that one wrote.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct EndExport {
    pub export: DataExportId,
}

impl Job for EndExport {
    const KIND: &'static str = "users.end_export";
    const VERSION: u16 = 1;
    const MAX_ATTEMPTS: u32 = 100;
}

/// In the tenant that is none, so that it is there when the other is gone.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct EraseTenant {
    pub closure: TenantClosureId,
    pub tenant: TenantId,
    pub erases_at: DateTime<Utc>,
}

impl Job for EraseTenant {
    const KIND: &'static str = "users.erase_tenant";
    const VERSION: u16 = 1;
    /// With the longest pause between two it goes on for weeks: nobody else would erase it.
    const MAX_ATTEMPTS: u32 = 1_000;
}

/// In the tenant that is none, and written before the one it is of is left. Whom it erases is not in it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ErasePerson {
    pub erasure: UserErasureId,
    pub asked_at: DateTime<Utc>,
}

impl Job for ErasePerson {
    const KIND: &'static str = "users.erase_person";
    const VERSION: u16 = 1;
    /// As of [`EraseTenant`].
    const MAX_ATTEMPTS: u32 = 1_000;
}

pub fn handlers(app: &App) -> Vec<Handler> {
    let (producing, ending, erasing, forgetting) = (app.clone(), app.clone(), app.clone(), app.clone());
    vec![
        ::jobs::running_job::<ProduceExport>(move |ctx: Ctx, job: ProduceExport, running: Running| {
            let app = producing.clone();
            async move { produce(&app, &ctx, job.export, &running).await }
        })
        .timeout(EXPORT_TIMEOUT)
        .when_given_up::<EndExport>(),
        ::jobs::job(move |ctx: Ctx, job: EndExport| {
            let app = ending.clone();
            async move { Ok(end_export(&app, &ctx, job.export, GIVEN_UP).await?) }
        }),
        ::jobs::job(move |ctx: Ctx, job: EraseTenant| {
            let app = erasing.clone();
            async move {
                let pause = pause_of(&ctx, erase_tenant(&app, &ctx, job).await?);
                pause.map(JobFailure::Snooze).map_or(Ok(()), Err)
            }
        })
        .timeout(ERASE_TIMEOUT),
        ::jobs::job(move |ctx: Ctx, job: ErasePerson| {
            let app = forgetting.clone();
            async move {
                let pause = pause_of(&ctx, erase_person(&app, &ctx, job).await?);
                pause.map(JobFailure::Snooze).map_or(Ok(()), Err)
            }
        })
        .timeout(ERASE_PERSON_TIMEOUT),
    ]
}

/// `None`: it has ended.
fn pause_of(ctx: &Ctx, erasing: Erasing) -> Option<Duration> {
    match erasing {
        Erasing::Done => None,
        Erasing::Partly => Some(Duration::ZERO),
        Erasing::NotBefore(at) => Some((at - ctx.now()).to_std().unwrap_or_default()),
    }
}

async fn produce(app: &App, ctx: &Ctx, id: DataExportId, running: &Running) -> Result<(), JobFailure> {
    let Err(stop) = produce_export(app, ctx, id, running).await else { return Ok(()) };
    let detail = match &stop {
        Stop::TooLarge { .. } => Some(TOO_LARGE.to_owned()),
        // Of the last attempt the job that follows tells.
        stop => stop.told("export", false),
    };
    if let Some(detail) = detail {
        end_export(app, ctx, id, &detail).await?;
    }
    stop.failure().map_or(Ok(()), Err)
}
