//! Shows one definition, or a page of them.

use super::App;
use crate::domain::Definition;
use crate::error::Error;
use crate::store::definitions;
use kernel::{Ctx, Page, PageRequest};
use workflow_contract::DefinitionId;

pub async fn get_definition(app: &App, ctx: &Ctx, id: DefinitionId) -> Result<Definition, Error> {
    let read = app.databases.read(ctx).await?;
    definitions::find(&read, id).await?.ok_or(Error::DefinitionNotFound)
}

pub async fn list_definitions(app: &App, ctx: &Ctx, page: &PageRequest) -> Result<Page<Definition>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(definitions::page(&read, page).await?)
}
