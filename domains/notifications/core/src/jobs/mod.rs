//! The one job: sending a mail that was written down.

use crate::App;
use crate::service::{self, Attempt, Unsent};
use ::jobs::{Handler, JobFailure};
use data::Job;
use notifications_contract::EmailId;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct SendEmail {
    pub email: EmailId,
}

impl Job for SendEmail {
    const KIND: &'static str = "notifications.send_email";
    const VERSION: u16 = 1;
    /// A mail server may be away for hours.
    const MAX_ATTEMPTS: u32 = 20;
}

pub fn handlers(app: &App) -> Vec<Handler> {
    let send = app.clone();
    vec![::jobs::running_job::<SendEmail>(move |ctx, job, running| {
        let app = send.clone();
        async move {
            let last = running.attempt() >= SendEmail::MAX_ATTEMPTS;
            let attempt = if last { Attempt::Last } else { Attempt::OneOfMore };
            service::send_email(&app, &ctx, job.email, attempt).await.map_err(|unsent| match unsent {
                Unsent::Refused(problem) => JobFailure::Permanent(problem),
                Unsent::Trouble(problem) => JobFailure::Retry(problem),
            })
        }
    })]
}
