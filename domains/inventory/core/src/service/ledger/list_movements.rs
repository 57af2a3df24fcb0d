//! The ledger, one movement or a page of them.

use crate::App;
use crate::domain::movement::Movement;
use crate::error::Error;
use crate::store;
use crate::store::movement::MovementFilter;
use inventory_contract::MovementId;
use kernel::{Ctx, Page, PageRequest};

pub async fn get_movement(app: &App, ctx: &Ctx, id: MovementId) -> Result<Movement, Error> {
    let tx = app.databases.read(ctx).await?;
    store::movement::find(&tx, id).await?.ok_or(Error::MovementNotFound)
}

pub async fn list_movements(
    app: &App,
    ctx: &Ctx,
    filter: &MovementFilter,
    request: &PageRequest,
) -> Result<Page<Movement>, Error> {
    let tx = app.databases.read(ctx).await?;
    Ok(store::movement::page(&tx, filter, request).await?)
}
