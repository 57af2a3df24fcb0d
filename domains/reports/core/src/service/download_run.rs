//! The file of a run that is ready, for whoever may see what the report shows.

use crate::App;
use crate::domain::run::{Run, RunStatus};
use crate::error::Error;
use crate::service::{get_run, require};
use blobs::{Blob, BlobKey};
use kernel::{Ctx, TenantId};
use reports_contract::ReportRunId;

pub struct Download {
    pub file_name: String,
    pub blob: Blob,
}

pub async fn download_run(app: &App, ctx: &Ctx, id: ReportRunId) -> Result<Download, Error> {
    let run = get_run(app, ctx, id).await?;
    require(ctx, &run.permission)?;
    if run.status != RunStatus::Ready {
        return Err(Error::NotReady(run.status.name()));
    }
    let blob = app.blobs.stream(&key(ctx.tenant(), &run)).await?;
    Ok(Download { file_name: run.blob_name, blob })
}

/// The same at each attempt, so that a repeat overwrites its own file.
pub fn key(tenant: TenantId, run: &Run) -> BlobKey {
    BlobKey::new("reports", tenant, run.id, &run.blob_name)
}
