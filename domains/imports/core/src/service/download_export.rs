//! The file of an export that is done, for whoever may see what its target has.

use super::{App, get_export, may_export};
use crate::domain::export::Export;
use crate::domain::run::RunStatus;
use crate::error::Error;
use blobs::{Blob, BlobKey};
use imports_contract::ExportId;
use kernel::{Ctx, TenantId};

pub struct ExportDownload {
    pub file_name: String,
    pub blob: Blob,
}

pub async fn download_export(app: &App, ctx: &Ctx, id: ExportId) -> Result<ExportDownload, Error> {
    let export = get_export(app, ctx, id).await?;
    may_export(ctx, &export.target, &export.permission)?;
    if export.status != RunStatus::Done {
        return Err(Error::ExportNotDone { status: export.status });
    }
    let blob = app.blobs.stream(&export_key(ctx.tenant(), &export)).await?;
    Ok(ExportDownload { file_name: export.file_name, blob })
}

/// The same at each attempt, so that a repeat overwrites its own file.
pub fn export_key(tenant: TenantId, export: &Export) -> BlobKey {
    BlobKey::new("imports", tenant, export.id, &export.file_name)
}
