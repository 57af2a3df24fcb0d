//! Shows exports, newest first, and how far each is.

use super::App;
use crate::domain::export::Export;
use crate::error::Error;
use crate::store;
use imports_contract::ExportId;
use kernel::{Ctx, Page, PageRequest};

pub async fn get_export(app: &App, ctx: &Ctx, id: ExportId) -> Result<Export, Error> {
    let read = app.databases.read(ctx).await?;
    store::export::find(&read, id).await?.ok_or(Error::ExportNotFound)
}

pub async fn list_exports(app: &App, ctx: &Ctx, page: &PageRequest) -> Result<Page<Export>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(store::export::page(&read, page).await?)
}
