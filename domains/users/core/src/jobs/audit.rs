//! The jobs of the audit log: exporting it, ending an export that was given up, giving entries without a leaf theirs, each hour,
//! and erasing details that are older than their tenant keeps them, each day.

use crate::app::App;
use crate::domain::AuditExportId;
use crate::service::audit::end_audit_export::end_audit_export;
use crate::service::audit::erase_old_audit_details::{Expired, erase_old_audit_details};
use crate::service::audit::produce_audit_export::produce_audit_export;
use crate::service::audit::seal_audit_entries::{Sealed, seal_audit_entries};
use ::jobs::{Handler, JobFailure, Running};
use data::Job;
use kernel::Ctx;
use module::Stop;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const EXPORT_TIMEOUT: Duration = Duration::from_secs(3_600);

const GIVEN_UP: &str = "The export was given up: its job failed too often or was stopped, or whoever asked for it may no \
    longer act here.";

/// Writes the file, as whoever asked for it.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExportAuditLog {
    pub export: AuditExportId,
}

impl Job for ExportAuditLog {
    const KIND: &'static str = "users.export_audit_log";
    const VERSION: u16 = 1;
}

/// Follows an [`ExportAuditLog`] that is given up, and reads what that one wrote.
#[derive(Debug, Serialize, Deserialize)]
pub struct EndAuditExport {
    pub export: AuditExportId,
}

impl Job for EndAuditExport {
    const KIND: &'static str = "users.end_audit_export";
    const VERSION: u16 = 1;
    const MAX_ATTEMPTS: u32 = 100;
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct SealAuditEntries {}

impl Job for SealAuditEntries {
    const KIND: &'static str = "users.seal_audit_entries";
    const VERSION: u16 = 1;
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct EraseOldAuditDetails {}

impl Job for EraseOldAuditDetails {
    const KIND: &'static str = "users.erase_old_audit_details";
    const VERSION: u16 = 1;
}

pub fn handlers(app: &App) -> Vec<Handler> {
    let (exporting, ending, sealing, expiring) = (app.clone(), app.clone(), app.clone(), app.clone());
    vec![
        ::jobs::running_job::<ExportAuditLog>(move |ctx, job, running| {
            let app = exporting.clone();
            async move { export(&app, &ctx, job.export, &running).await }
        })
        .timeout(EXPORT_TIMEOUT)
        .when_given_up::<EndAuditExport>(),
        ::jobs::job::<EndAuditExport>(move |ctx, job| {
            let app = ending.clone();
            async move { Ok(end_audit_export(&app, &ctx, job.export, GIVEN_UP).await?) }
        }),
        ::jobs::job(move |ctx: Ctx, _: SealAuditEntries| {
            let app = sealing.clone();
            async move {
                match seal_audit_entries(&app, &ctx).await? {
                    Sealed::Everything => Ok(()),
                    Sealed::Partly => Err(JobFailure::Snooze(Duration::ZERO)),
                }
            }
        }),
        ::jobs::job(move |ctx: Ctx, _: EraseOldAuditDetails| {
            let app = expiring.clone();
            async move {
                match erase_old_audit_details(&app, &ctx).await? {
                    Expired::Everything => Ok(()),
                    Expired::Partly => Err(JobFailure::Snooze(Duration::ZERO)),
                }
            }
        }),
    ]
}

async fn export(app: &App, ctx: &Ctx, id: AuditExportId, running: &Running) -> Result<(), JobFailure> {
    let Err(stop) = produce_audit_export(app, ctx, id, running).await else { return Ok(()) };
    let detail = match &stop {
        Stop::MovedOn => return Ok(()),
        Stop::Cancelled => Some(GIVEN_UP.to_owned()),
        stop => stop.told("export", running.attempt() >= ExportAuditLog::MAX_ATTEMPTS),
    };
    if let Some(detail) = detail {
        end_audit_export(app, ctx, id, &detail).await?;
    }
    stop.failure().map_or(Ok(()), Err)
}
