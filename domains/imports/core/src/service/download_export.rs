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

/// Each attempt has its own, so that one whose worker was taken for dead writes over no other's.
pub fn export_key(tenant: TenantId, export: &Export) -> BlobKey {
    let name = match export.file {
        Some(file) => format!("{file}-{}", export.file_name),
        // A version before wrote it.
        None => export.file_name.clone(),
    };
    BlobKey::new("imports", tenant, export.id, &name)
}

/// Of an export that brings none: an attempt may have stored its file and died before it said so.
pub(super) async fn drop_file(app: &App, ctx: &Ctx, export: &Export) -> Result<(), Error> {
    if export.file.is_none() || export.status == RunStatus::Done {
        return Ok(());
    }
    Ok(app.blobs.delete(&export_key(ctx.tenant(), export)).await?)
}
