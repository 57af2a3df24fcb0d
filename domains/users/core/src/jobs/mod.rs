//! The job that erases what is personal in the audit log, since a person's may be spread over a long one, and the one that
//! deletes what has ended, each hour; `leaving.rs` has those of who leaves, `audit_streams.rs` the one
//! that carries the log to collectors, `audit.rs` the others of the log.

mod audit;
mod audit_streams;
mod leaving;

pub use audit::ExportAuditLog;
pub use audit_streams::DeliverAuditStream;
pub use leaving::{ErasePerson, EraseTenant, ProduceExport};

use crate::app::App;
use crate::service::audit::erase_audit_details::{Whose, erase_audit_details};
use crate::service::audit::expire_audit_exports::expire_audit_exports;
use crate::service::leaving::expire_exports::expire_exports;
use crate::service::platform::clean_up::{CleanedUp, clean_up};
use ::jobs::{Handler, JobFailure, Schedule};
use data::Job;
use kernel::Ctx;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Acts as whoever asked for it. Who may ask is for the use case to say that enqueues it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct EraseAuditDetails {
    pub whose: Whose,
}

impl Job for EraseAuditDetails {
    const KIND: &'static str = "users.erase_audit_details";
    const VERSION: u16 = 1;
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct CleanUp {}

impl Job for CleanUp {
    const KIND: &'static str = "users.clean_up";
    const VERSION: u16 = 1;
}

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

pub fn handlers(app: &App) -> Vec<Handler> {
    let (erasing, cleaning) = (app.clone(), app.clone());
    let mut handlers = vec![
        ::jobs::job(move |ctx: Ctx, job: EraseAuditDetails| {
            let app = erasing.clone();
            async move {
                erase_audit_details(&app, &ctx, job.whose).await?;
                Ok(())
            }
        }),
        ::jobs::job(move |ctx: Ctx, _: CleanUp| {
            let app = cleaning.clone();
            async move {
                let no_files_left =
                    expire_exports(&app, &ctx).await? & expire_audit_exports(&app, &ctx).await?;
                match clean_up(&app, &ctx).await? {
                    CleanedUp::Everything if no_files_left => Ok(()),
                    _ => Err(JobFailure::Snooze(Duration::ZERO)),
                }
            }
        }),
    ];
    handlers.extend(leaving::handlers(app));
    handlers.extend(audit::handlers(app));
    handlers.extend(audit_streams::handlers(app));
    handlers
}

pub fn schedules() -> Vec<Schedule> {
    vec![
        Schedule::every("users.clean_up", HOUR, &CleanUp {}),
        Schedule::every("users.seal_audit_entries", HOUR, &audit::SealAuditEntries {}),
        Schedule::every("users.erase_old_audit_details", DAY, &audit::EraseOldAuditDetails {}),
    ]
}
