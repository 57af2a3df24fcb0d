//! What was made and taken apart.

use crate::App;
use crate::domain::kit::Assembly;
use crate::error::Error;
use crate::store;
use inventory_contract::{AssemblyId, ItemId};
use kernel::{Ctx, Page, PageRequest};

pub async fn get_assembly(app: &App, ctx: &Ctx, id: AssemblyId) -> Result<Assembly, Error> {
    let tx = app.databases.read(ctx).await?;
    store::assembly::find(&tx, id).await?.ok_or(Error::AssemblyNotFound)
}

pub async fn list_assemblies(
    app: &App,
    ctx: &Ctx,
    item: Option<ItemId>,
    request: &PageRequest,
) -> Result<Page<Assembly>, Error> {
    let tx = app.databases.read(ctx).await?;
    Ok(store::assembly::page(&tx, item, request).await?)
}
