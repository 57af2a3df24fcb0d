//! Deletes files that were taken along, or could have been, when their time is over. The file goes first: a row without one
//! is found again.

use crate::app::App;
use crate::error::Error;
use crate::service::leaving::export::key;
use crate::store::data_export;
use kernel::{Ctx, Problem};

const BATCH: u64 = 100;

/// `true` when none is left.
pub async fn expire_exports(app: &App, ctx: &Ctx) -> Result<bool, Error> {
    let system = app.databases.system_read("leaving: exports whose time is over").await?;
    let over = data_export::expired(&system, ctx.now(), BATCH).await?;
    drop(system);
    for export in &over {
        app.blobs.delete(&key(export.tenant_id, export.public_id)).await.map_err(Problem::from)?;
        let system = app.databases.system("leaving: removing an export whose file is gone").await?;
        data_export::remove(&system, export).await?;
        system.commit().await?;
    }
    Ok((over.len() as u64) < BATCH)
}
