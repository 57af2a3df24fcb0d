//! The jobs of a mail that was written down: sending it, and marking it where that is given up.

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

/// Follows a [`SendEmail`] that is given up, and reads what that one wrote.
#[derive(Debug, Serialize, Deserialize)]
pub struct FailEmail {
    pub email: EmailId,
}

impl Job for FailEmail {
    const KIND: &'static str = "notifications.fail_email";
    const VERSION: u16 = 1;
    const MAX_ATTEMPTS: u32 = 100;
}

pub fn handlers(app: &App) -> Vec<Handler> {
    let (send, fail) = (app.clone(), app.clone());
    vec![
        ::jobs::running_job::<SendEmail>(move |ctx, job, running| {
            let app = send.clone();
            async move {
                let last = running.attempt() >= SendEmail::MAX_ATTEMPTS;
                let attempt = if last { Attempt::Last } else { Attempt::OneOfMore };
                service::send_email(&app, &ctx, job.email, attempt).await.map_err(|unsent| match unsent {
                    Unsent::Refused(problem) => JobFailure::Permanent(problem),
                    Unsent::Trouble(problem) => JobFailure::Retry(problem),
                })
            }
        })
        .when_given_up::<FailEmail>(),
        ::jobs::job::<FailEmail>(move |ctx, job| {
            let app = fail.clone();
            async move { Ok(service::fail_email(&app, &ctx, job.email).await?) }
        }),
    ]
}
