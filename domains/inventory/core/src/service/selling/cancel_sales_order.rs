//! What has not been shipped will not be: what is promised is free again, and nobody waits any more.

use crate::App;
use crate::domain::selling::{Action, SalesOrderDetail, SalesOrderStatus};
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::service::reservations::release_reservation::free;
use crate::service::selling::confirm_sales_order::broken;
use crate::service::selling::find_order::{changed, hold_order, items_of};
use crate::service::selling::serve_backorders::serve_later;
use crate::store;
use inventory_contract::{SalesOrderCancelled, SalesOrderId, SalesOrderLineMoved};
use kernel::Ctx;

pub async fn cancel_sales_order(app: &App, ctx: &Ctx, id: SalesOrderId) -> Result<SalesOrderDetail, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = hold_order(&unit, id, Action::Cancel).await?;
    let levels = hold(&mut unit, ctx, &items_of(&before.lines)).await?;
    let mut lines = before.lines.clone();
    let mut cancelled = Vec::new();
    for line in &mut lines {
        if let Some(reservation) = line.reservation {
            free(&mut unit, ctx, reservation).await?;
        }
        let quantity = line.cancel().map_err(broken)?;
        if quantity.is_positive() {
            cancelled.push(SalesOrderLineMoved { line: line.id, item: line.item, quantity });
        }
    }
    store::sales_order_line::cancel_all(&unit, id).await?;
    // Whoever waited with it is served, or nobody waits any more and that is written down.
    for level in &levels {
        serve_later(&mut unit, level)?;
    }
    let status = SalesOrderStatus::of(&lines);
    let order = store::sales_order::set_status(&unit, id, status, before.order.confirmed_at).await?;
    let after = SalesOrderDetail { order, lines };
    // Nobody was told of a draft.
    if before.order.status != SalesOrderStatus::Draft {
        unit.publish(&SalesOrderCancelled {
            order: id,
            reference: after.order.fields.reference.clone(),
            lines: cancelled,
        })?;
    }
    unit.audit(changed("inventory.sales_order.cancel", &before, &after))?;
    Ok(unit.commit(after).await?)
}
