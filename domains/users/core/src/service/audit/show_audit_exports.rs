//! The tenant's exports of its audit log, newest first, and how far each is.

use crate::app::App;
use crate::domain::AuditExportId;
use crate::error::{AuditError, Error};
use crate::store::audit_export;
use kernel::{Ctx, Page, PageRequest};

pub use crate::store::audit_export::AuditExport;

pub async fn list(app: &App, ctx: &Ctx, request: &PageRequest) -> Result<Page<AuditExport>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(audit_export::page(&read, request).await?)
}

pub async fn one(app: &App, ctx: &Ctx, id: AuditExportId) -> Result<AuditExport, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(audit_export::find(&read, id).await?.ok_or(AuditError::AuditExportNotFound)?)
}
