//! Cancels an export. Its job sees that between two pages and stops.

use super::download_export::drop_file;
use super::{App, audit_export, was};
use crate::domain::export::{End, Export};
use crate::domain::run::RunStatus;
use crate::error::Error;
use crate::store;
use imports_contract::ExportId;
use kernel::Ctx;

pub async fn cancel_export(app: &App, ctx: &Ctx, id: ExportId) -> Result<Export, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let export = match store::export::end(&unit, id, &End::Cancelled, ctx.now()).await? {
        Some(export) => {
            audit_export(&mut unit, "imports.export.cancel", was(export.came_from()), &export)?;
            export
        }
        None => {
            let export = store::export::find(&unit, id).await?.ok_or(Error::ExportNotFound)?;
            if export.status != RunStatus::Cancelled {
                return Err(Error::ExportFinished { status: export.status });
            }
            export
        }
    };
    let export = unit.commit(export).await?;
    // It is cancelled, whatever becomes of the file; its job drops it too, where it still runs.
    if let Err(error) = drop_file(app, ctx, &export).await {
        tracing::warn!(%error, export = %id, "the file of a cancelled export was left in the blob store");
    }
    Ok(export)
}
