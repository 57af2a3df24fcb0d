//! The file of an export that is done.

use crate::app::App;
use crate::domain::{AuditExportId, AuditExportState};
use crate::error::{AuditError, Error};
use crate::service::audit::show_audit_exports::one;
use blobs::{Blob, BlobKey};
use kernel::{Ctx, Problem, TenantId};

pub struct Download {
    pub file_name: String,
    pub blob: Blob,
}

pub async fn download_audit_export(app: &App, ctx: &Ctx, id: AuditExportId) -> Result<Download, Error> {
    let export = one(app, ctx, id).await?;
    if export.state != AuditExportState::Done {
        return Err(AuditError::AuditExportNotDone(export.state.name()).into());
    }
    let blob = app.blobs.stream(&key(ctx.tenant(), id, &export.blob_name)).await.map_err(Problem::from)?;
    let file_name = format!("audit-log-{}.ndjson", export.created_at.format("%Y%m%d"));
    Ok(Download { file_name, blob })
}

pub(super) fn key(tenant: TenantId, id: AuditExportId, blob_name: &str) -> BlobKey {
    BlobKey::new("users", tenant, id, blob_name)
}
