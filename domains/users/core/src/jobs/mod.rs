//! The job that erases what is personal in the audit log, since a person's may be spread over a long one, and the one that
//! deletes what has ended, each hour.

use crate::app::App;
use crate::service::audit::erase_audit_details::{Whose, erase_audit_details};
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

pub fn handlers(app: &App) -> Vec<Handler> {
    let (erasing, cleaning) = (app.clone(), app.clone());
    vec![
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
                match clean_up(&app, &ctx).await? {
                    CleanedUp::Everything => Ok(()),
                    CleanedUp::Partly => Err(JobFailure::Snooze(Duration::ZERO)),
                }
            }
        }),
    ]
}

pub fn schedules() -> Vec<Schedule> {
    vec![Schedule::every("users.clean_up", HOUR, &CleanUp {})]
}
