//! The job that carries a tenant's audit log to a collector, and the one that frees the stream where that was given up.

use crate::app::App;
use crate::domain::AuditStreamId;
use crate::service::audit_streams::deliver_audit_stream::{
    Delivered, deliver_audit_stream, free_audit_stream,
};
use ::jobs::{Handler, JobFailure, Running};
use data::Job;
use kernel::Ctx;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct DeliverAuditStream {
    pub stream: AuditStreamId,
}

impl Job for DeliverAuditStream {
    const KIND: &'static str = "users.deliver_audit_stream";
    const VERSION: u16 = 1;
    /// A collector that fails is none of them: it is put off. These are of the database, and of nodes that die.
    const MAX_ATTEMPTS: u32 = 20;
}

/// With the same payload.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct FreeAuditStream {
    pub stream: AuditStreamId,
}

impl Job for FreeAuditStream {
    const KIND: &'static str = "users.free_audit_stream";
    const VERSION: u16 = 1;
    const MAX_ATTEMPTS: u32 = 20;
}

pub fn handlers(app: &App) -> Vec<Handler> {
    let (delivering, freeing) = (app.clone(), app.clone());
    let deliver = ::jobs::running_job(move |ctx: Ctx, job: DeliverAuditStream, running: Running| {
        let app = delivering.clone();
        async move {
            match deliver_audit_stream(&app, &ctx, job.stream, running.message()).await? {
                Delivered::Everything => Ok(()),
                Delivered::Later(wait) => Err(JobFailure::Snooze(wait)),
            }
        }
    });
    let free = ::jobs::job(move |ctx: Ctx, job: FreeAuditStream| {
        let app = freeing.clone();
        async move {
            free_audit_stream(&app, &ctx, job.stream).await?;
            Ok(())
        }
    });
    vec![deliver.when_given_up::<FreeAuditStream>(), free]
}
