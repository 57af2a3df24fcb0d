//! Lists imports, newest first.

use super::App;
use crate::domain::run::Run;
use crate::error::Error;
use crate::store;
use kernel::{Ctx, Page, PageRequest};

pub async fn list_runs(app: &App, ctx: &Ctx, page: &PageRequest) -> Result<Page<Run>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(store::run::page(&read, page).await?)
}
