//! Ends an export that brings no file. One that has ended already stays as it is.

use crate::app::App;
use crate::domain::DataExportId;
use crate::domain::leaving::ExportStatus;
use crate::error::Error;
use crate::service::leaving::export::audit_step;
use crate::store::data_export;
use kernel::Ctx;

pub async fn end_export(app: &App, ctx: &Ctx, id: DataExportId, detail: &str) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    if let Some(row) = data_export::fail(&unit, ctx, id, detail).await? {
        audit_step(&mut unit, "users.data_export.fail", Some(ExportStatus::Running), &row)?;
        unit.commit(()).await?;
    }
    Ok(())
}
