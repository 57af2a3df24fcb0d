//! Ends an export that brings no file: cancelled or failed. One that has ended already stays as it is.

use super::download_export::drop_file;
use super::{App, audit_export, get_export, was};
use crate::domain::export::End;
use crate::error::Error;
use crate::store;
use imports_contract::ExportId;
use kernel::Ctx;

pub async fn end_export(app: &App, ctx: &Ctx, id: ExportId, end: &End) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    if let Some(export) = store::export::end(&unit, id, end, ctx.now()).await? {
        audit_export(&mut unit, "imports.export.finish", was(export.came_from()), &export)?;
    }
    unit.commit(()).await?;
    drop_file(app, ctx, &get_export(app, ctx, id).await?).await
}
