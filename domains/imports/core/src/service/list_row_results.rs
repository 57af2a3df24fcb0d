//! Lists what became of each row of an import, in the order of the file.

use super::App;
use crate::domain::row::{Outcome, RowResult};
use crate::error::Error;
use crate::store;
use imports_contract::ImportRunId;
use kernel::{Ctx, Page, PageRequest};

pub async fn list_row_results(
    app: &App,
    ctx: &Ctx,
    run: ImportRunId,
    outcome: Option<Outcome>,
    page: &PageRequest,
) -> Result<Page<RowResult>, Error> {
    let read = app.databases.read(ctx).await?;
    store::run::find(&read, run).await?.ok_or(Error::RunNotFound)?;
    Ok(store::row::page(&read, run, outcome, page).await?)
}
