//! Orders, one with its lines or a page of them.

use crate::App;
use crate::domain::selling::{SalesOrder, SalesOrderDetail};
use crate::error::Error;
use crate::store;
use crate::store::sales_order::SalesOrderFilter;
use inventory_contract::SalesOrderId;
use kernel::{Ctx, Page, PageRequest};

/// An order that changes all the time is read this often at most.
const READS: usize = 5;

/// The lines are those of the version that is shown, since its tag names them.
pub async fn get_sales_order(app: &App, ctx: &Ctx, id: SalesOrderId) -> Result<SalesOrderDetail, Error> {
    let tx = app.databases.read(ctx).await?;
    let mut order = store::sales_order::find(&tx, id).await?.ok_or(Error::SalesOrderNotFound)?;
    for _ in 0..READS {
        let lines = store::sales_order_line::of(&tx, id, order.fields.currency).await?;
        let now = store::sales_order::find(&tx, id).await?.ok_or(Error::SalesOrderNotFound)?;
        if now.version == order.version {
            return Ok(SalesOrderDetail { order, lines });
        }
        order = now;
    }
    Err(data::Error::Busy("the order changes faster than it is read".into()).into())
}

pub async fn list_sales_orders(
    app: &App,
    ctx: &Ctx,
    filter: &SalesOrderFilter,
    request: &PageRequest,
) -> Result<Page<SalesOrder>, Error> {
    let tx = app.databases.read(ctx).await?;
    Ok(store::sales_order::page(&tx, filter, request).await?)
}
