//! One supplier, or a page of them.

use crate::App;
use crate::domain::supplier::Supplier;
use crate::error::Error;
use crate::store;
use crate::store::supplier::SupplierFilter;
use inventory_contract::SupplierId;
use kernel::{Ctx, Page, PageRequest};

pub async fn get_supplier(app: &App, ctx: &Ctx, id: SupplierId) -> Result<Supplier, Error> {
    let tx = app.databases.read(ctx).await?;
    store::supplier::find(&tx, id).await?.ok_or(Error::SupplierNotFound)
}

pub async fn get_supplier_deleted_too(app: &App, ctx: &Ctx, id: SupplierId) -> Result<Supplier, Error> {
    let tx = app.databases.read(ctx).await?;
    store::supplier::find_deleted_too(&tx, id).await?.ok_or(Error::SupplierNotFound)
}

pub async fn list_suppliers(
    app: &App,
    ctx: &Ctx,
    filter: &SupplierFilter,
    request: &PageRequest,
) -> Result<Page<Supplier>, Error> {
    let tx = app.databases.read(ctx).await?;
    Ok(store::supplier::page(&tx, filter, request).await?)
}
