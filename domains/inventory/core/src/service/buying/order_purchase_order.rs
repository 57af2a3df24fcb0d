//! Places a drafted purchase order: its lines are on order from now on.

use crate::App;
use crate::domain::buying::{Line, PurchaseOrderDetail, Step};
use crate::error::Error;
use crate::service::buying::find_lines::of_kit;
use crate::service::buying::line_faults::LineFaults;
use crate::service::buying::show_purchase_orders::with_lines;
use crate::service::ledger::hold::hold;
use crate::service::places::find_place::fault;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::{ItemId, PurchaseOrderId, PurchaseOrderOrdered, PurchasedLine};
use kernel::Ctx;
use serde_json::json;

pub async fn order_purchase_order(
    app: &App,
    ctx: &Ctx,
    id: PurchaseOrderId,
) -> Result<PurchaseOrderDetail, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before =
        store::purchase_order::find_to_change(&unit, id).await?.ok_or(Error::PurchaseOrderNotFound)?;
    let status = before.status.after(Step::Order)?;
    let lines = store::purchase_order_line::of(&unit, &before).await?;
    hold_items(&mut unit, ctx, &lines).await?;
    store::purchase_order_line::put_on_order(&unit, id).await?;
    let order = store::purchase_order::set_status(&unit, id, status, Some(ctx.now())).await?;
    let detail = with_lines(&unit, order).await?;
    unit.publish(&PurchaseOrderOrdered {
        order: id,
        supplier: detail.order.supplier,
        reference: detail.order.fields.reference.clone(),
        expected_on: detail.order.fields.expected_on,
        total: detail.order.total,
        lines: detail.lines.iter().map(purchased).collect(),
    })?;
    unit.audit(AuditEntry {
        action: "inventory.purchase_order.order",
        resource: "purchase_order",
        resource_id: id.uuid(),
        before: Some(json!({ "status": before.status.name() })),
        after: Some(json!({ "status": detail.order.status.name(), "total": detail.order.total })),
    })?;
    Ok(unit.commit(detail).await?)
}

/// Whoever deletes an item holds it too, and finds it on order.
async fn hold_items(unit: &mut Unit, ctx: &Ctx, lines: &[Line]) -> Result<(), Error> {
    let items: Vec<ItemId> = lines.iter().map(|line| line.item).collect();
    let levels = hold(unit, ctx, &items).await?;
    let mut faults = LineFaults::default();
    for (at, line) in lines.iter().enumerate() {
        match levels.iter().find(|level| level.item == line.item) {
            None => {
                let detail = "is deleted: restore it, or take the line out";
                faults.take(at, fault("/item_id", "deleted", detail))?;
            }
            Some(level) if level.kit => faults.take(at, of_kit())?,
            Some(_) => {}
        }
    }
    faults.finish()
}

fn purchased(line: &Line) -> PurchasedLine {
    PurchasedLine { line: line.number, item: line.item, quantity: line.quantity }
}
