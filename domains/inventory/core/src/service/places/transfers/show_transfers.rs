//! The transfers of the tenant.

use crate::App;
use crate::domain::transfer::{Transfer, TransferDetail};
use crate::error::Error;
use crate::store;
use crate::store::transfer::TransferFilter;
use inventory_contract::TransferId;
use kernel::{Ctx, Page, PageRequest};

pub async fn get_transfer(app: &App, ctx: &Ctx, id: TransferId) -> Result<TransferDetail, Error> {
    let tx = app.databases.read(ctx).await?;
    let transfer = store::transfer::find(&tx, id).await?.ok_or(Error::TransferNotFound)?;
    let lines = store::transfer_line::of(&tx, id).await?;
    Ok(TransferDetail { transfer, lines })
}

pub async fn list_transfers(
    app: &App,
    ctx: &Ctx,
    filter: &TransferFilter,
    request: &PageRequest,
) -> Result<Page<Transfer>, Error> {
    let tx = app.databases.read(ctx).await?;
    Ok(store::transfer::page(&tx, filter, request).await?)
}
