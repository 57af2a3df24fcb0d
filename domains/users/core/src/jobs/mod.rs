//! The job that erases what is personal in the audit log: a person's may be spread over a long one.

use crate::app::App;
use crate::service::erase_audit_details::{Whose, erase_audit_details};
use ::jobs::Handler;
use data::Job;
use kernel::Ctx;
use serde::{Deserialize, Serialize};

/// Acts as whoever asked for it. Who may ask is for the use case to say that enqueues it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct EraseAuditDetails {
    pub whose: Whose,
}

impl Job for EraseAuditDetails {
    const KIND: &'static str = "users.erase_audit_details";
    const VERSION: u16 = 1;
}

pub fn handlers(app: &App) -> Vec<Handler> {
    let app = app.clone();
    vec![::jobs::job(move |ctx: Ctx, job: EraseAuditDetails| {
        let app = app.clone();
        async move {
            erase_audit_details(&app, &ctx, job.whose).await?;
            Ok(())
        }
    })]
}
