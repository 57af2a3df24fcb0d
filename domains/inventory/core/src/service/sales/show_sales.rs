//! Sales, one or a page of them.

use crate::App;
use crate::domain::sale::Sale;
use crate::error::Error;
use crate::store;
use crate::store::sale::SaleFilter;
use inventory_contract::SaleId;
use kernel::{Ctx, Page, PageRequest};

pub async fn get_sale(app: &App, ctx: &Ctx, id: SaleId) -> Result<Sale, Error> {
    let tx = app.databases.read(ctx).await?;
    store::sale::find(&tx, id).await?.ok_or(Error::SaleNotFound)
}

pub async fn list_sales(
    app: &App,
    ctx: &Ctx,
    filter: &SaleFilter,
    request: &PageRequest,
) -> Result<Page<Sale>, Error> {
    let tx = app.databases.read(ctx).await?;
    Ok(store::sale::page(&tx, filter, request).await?)
}
