//! Deletes exports of audit logs whose week is over: the file, and then the row, so that no file is left that nothing knows of.

use crate::app::App;
use crate::error::Error;
use crate::service::audit::download_audit_export::key;
use crate::store::audit_export;
use kernel::{Ctx, Problem};

const BATCH: u64 = 100;

/// Whether none is left.
pub async fn expire_audit_exports(app: &App, ctx: &Ctx) -> Result<bool, Error> {
    let system = app.databases.system_read("clean-up: exports of audit logs whose time is over").await?;
    let expired = audit_export::expired(&system, ctx.now(), BATCH).await?;
    drop(system);
    for export in &expired {
        if !export.blob_name.is_empty() {
            let key = key(export.tenant_id, export.public_id, &export.blob_name);
            app.blobs.delete(&key).await.map_err(Problem::from)?;
        }
        let system = app.databases.system("clean-up: forgetting an export of an audit log").await?;
        audit_export::remove(&system, export.id).await?;
        system.commit().await?;
    }
    Ok((expired.len() as u64) < BATCH)
}
