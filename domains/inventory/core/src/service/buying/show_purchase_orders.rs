//! One purchase order with its lines, or a page of them without.

use crate::App;
use crate::domain::buying::{PurchaseOrder, PurchaseOrderDetail};
use crate::error::Error;
use crate::store;
use crate::store::purchase_order::PurchaseOrderFilter;
use data::Tx;
use inventory_contract::PurchaseOrderId;
use kernel::{Ctx, Page, PageRequest};

/// Two statements may see two states. Lines change only with their order's version.
const READS: usize = 10;

pub async fn get_purchase_order(
    app: &App,
    ctx: &Ctx,
    id: PurchaseOrderId,
) -> Result<PurchaseOrderDetail, Error> {
    let tx = app.databases.read(ctx).await?;
    let mut order = store::purchase_order::find(&tx, id).await?.ok_or(Error::PurchaseOrderNotFound)?;
    for _ in 0..READS {
        let detail = with_lines(&tx, order).await?;
        order = store::purchase_order::find(&tx, id).await?.ok_or(Error::PurchaseOrderNotFound)?;
        if order.version == detail.order.version {
            return Ok(detail);
        }
    }
    Err(data::Error::internal("a purchase order changes each time that it is read").into())
}

pub async fn list_purchase_orders(
    app: &App,
    ctx: &Ctx,
    filter: &PurchaseOrderFilter,
    request: &PageRequest,
) -> Result<Page<PurchaseOrder>, Error> {
    let tx = app.databases.read(ctx).await?;
    Ok(store::purchase_order::page(&tx, filter, request).await?)
}

/// For use cases that go on in the same transaction.
pub async fn with_lines(tx: &Tx, order: PurchaseOrder) -> Result<PurchaseOrderDetail, Error> {
    let lines = store::purchase_order_line::of(tx, &order).await?;
    Ok(PurchaseOrderDetail { order, lines })
}
