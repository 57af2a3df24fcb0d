//! The tenant's runs, newest first.

use crate::App;
use crate::domain::run::Run;
use crate::error::Error;
use crate::store::report_runs::{self, RunFilter};
use kernel::{Ctx, Page, PageRequest};

pub async fn list_runs(
    app: &App,
    ctx: &Ctx,
    filter: RunFilter<'_>,
    request: &PageRequest,
) -> Result<Page<Run>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(report_runs::page(&read, filter, request).await?)
}
