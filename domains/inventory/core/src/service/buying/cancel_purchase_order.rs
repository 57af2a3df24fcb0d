//! Gives up a purchase order of which nothing came.

use crate::App;
use crate::domain::buying::{Line, PurchaseOrderDetail, Step};
use crate::error::Error;
use crate::service::buying::show_purchase_orders::with_lines;
use crate::store;
use data::AuditEntry;
use inventory_contract::{PurchaseOrderCancelled, PurchaseOrderId, PurchasedLine};
use kernel::Ctx;
use serde_json::json;

pub async fn cancel_purchase_order(
    app: &App,
    ctx: &Ctx,
    id: PurchaseOrderId,
) -> Result<PurchaseOrderDetail, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before =
        store::purchase_order::find_to_change(&unit, id).await?.ok_or(Error::PurchaseOrderNotFound)?;
    let status = before.status.after(Step::Cancel)?;
    let lines = store::purchase_order_line::of(&unit, &before).await?;
    store::purchase_order_line::cancel_all(&unit, id).await?;
    let order = store::purchase_order::set_status(&unit, id, status, before.ordered_at).await?;
    let detail = with_lines(&unit, order).await?;
    // Nobody was told of a draft.
    if before.status.is_open() {
        let due = |line: &Line| PurchasedLine { line: line.number, item: line.item, quantity: line.due() };
        unit.publish(&PurchaseOrderCancelled {
            order: id,
            supplier: before.supplier,
            lines: lines.iter().filter(|line| line.due().is_positive()).map(due).collect(),
        })?;
    }
    unit.audit(AuditEntry {
        action: "inventory.purchase_order.cancel",
        resource: "purchase_order",
        resource_id: id.uuid(),
        before: Some(json!({ "status": before.status.name() })),
        after: Some(json!({ "status": detail.order.status.name() })),
    })?;
    Ok(unit.commit(detail).await?)
}
