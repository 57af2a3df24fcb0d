//! Lists what became of each row of an import, in the order of the file, to who may read its target.

use super::sight::may_see_rows;
use super::{App, get_run};
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
    may_see_rows(app, ctx, &get_run(app, ctx, run).await?)?;
    let read = app.databases.read(ctx).await?;
    Ok(store::row::page(&read, run, outcome, page).await?)
}
