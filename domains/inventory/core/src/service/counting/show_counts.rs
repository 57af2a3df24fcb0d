//! The counts of the tenant, and the lines of one. What the books say is left out of a blind count that is not submitted.

use crate::App;
use crate::domain::count::{Count, CountLine};
use crate::error::Error;
use crate::store;
use crate::store::count::CountFilter;
use inventory_contract::CountId;
use kernel::{Ctx, Page, PageRequest};

pub async fn get_count(app: &App, ctx: &Ctx, id: CountId) -> Result<Count, Error> {
    let tx = app.databases.read(ctx).await?;
    store::count::find(&tx, id).await?.ok_or(Error::CountNotFound)
}

pub async fn list_counts(
    app: &App,
    ctx: &Ctx,
    filter: &CountFilter,
    request: &PageRequest,
) -> Result<Page<Count>, Error> {
    let tx = app.databases.read(ctx).await?;
    Ok(store::count::page(&tx, filter, request).await?)
}

/// A line, and what the books said where that is shown.
pub struct ShownLine {
    pub line: CountLine,
    pub shows_expected: bool,
}

pub async fn list_count_lines(
    app: &App,
    ctx: &Ctx,
    id: CountId,
    request: &PageRequest,
) -> Result<Page<ShownLine>, Error> {
    let tx = app.databases.read(ctx).await?;
    let page = store::count_line::page(&tx, id, request).await?;
    // Read after the lines: whoever submits changes the count and its lines at once, so what it says now shows no more than
    // it may.
    let count = store::count::find(&tx, id).await?.ok_or(Error::CountNotFound)?;
    let shows_expected = count.shows_expected();
    Ok(page.map(|line| ShownLine { line, shows_expected }))
}
