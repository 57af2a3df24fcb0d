//! Shows an import and how far it is.

use super::App;
use crate::domain::run::Run;
use crate::error::Error;
use crate::store;
use imports_contract::ImportRunId;
use kernel::Ctx;

pub async fn get_run(app: &App, ctx: &Ctx, id: ImportRunId) -> Result<Run, Error> {
    let read = app.databases.read(ctx).await?;
    store::run::find(&read, id).await?.ok_or(Error::RunNotFound)
}
