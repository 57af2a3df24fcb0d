//! What has not come of a purchase order, or of some of its lines, is expected no more.

use crate::App;
use crate::domain::buying::{MAX_LINES, PurchaseOrderDetail, Step};
use crate::error::Error;
use crate::service::buying::show_purchase_orders::with_lines;
use crate::store;
use data::AuditEntry;
use inventory_contract::{PurchaseOrderCancelled, PurchaseOrderId, PurchasedLine};
use kernel::{Ctx, Faults};
use serde_json::json;

/// `lines` are numbers of some of its lines; none means all.
pub async fn close_purchase_order(
    app: &App,
    ctx: &Ctx,
    id: PurchaseOrderId,
    lines: Option<Vec<i64>>,
) -> Result<PurchaseOrderDetail, Error> {
    let mut faults = Faults::new();
    let allowed = lines.as_ref().is_none_or(|lines| (1..=MAX_LINES).contains(&lines.len()));
    faults.require(allowed, "/lines", "out_of_range", "must have from 1 to 500 lines");
    faults.finish(()).map_err(Error::invalid)?;

    let mut unit = app.databases.write(ctx).await?;
    let before =
        store::purchase_order::find_to_change(&unit, id).await?.ok_or(Error::PurchaseOrderNotFound)?;
    before.status.after(Step::Close { rest: false })?;
    let mut present = store::purchase_order_line::of(&unit, &before).await?;
    let mut faults = Faults::new();
    for (at, number) in lines.iter().flatten().enumerate() {
        let known = present.iter().any(|line| line.number == *number);
        faults.require(known, &format!("/lines/{at}"), "unknown", "the order has no such line");
    }
    faults.finish(()).map_err(Error::invalid)?;

    let is_meant = |number: i64| lines.as_ref().is_none_or(|lines| lines.contains(&number));
    let mut cancelled = Vec::new();
    for line in present.iter_mut().filter(|line| is_meant(line.number)) {
        let quantity = line.cancel_rest();
        if quantity.is_positive() {
            cancelled.push(PurchasedLine { line: line.number, item: line.item, quantity });
        }
    }
    let rest = present.iter().any(|line| line.due().is_positive());
    let status = before.status.after(Step::Close { rest })?;
    for line in present.iter().filter(|line| cancelled.iter().any(|of| of.line == line.number)) {
        store::purchase_order_line::write(&unit, id, line, status).await?;
    }
    let order = store::purchase_order::set_status(&unit, id, status, before.ordered_at).await?;
    let detail = with_lines(&unit, order).await?;
    let told: Vec<_> = cancelled.iter().map(|of| json!({ "line": of.line, "due": of.quantity })).collect();
    unit.publish(&PurchaseOrderCancelled { order: id, supplier: before.supplier, lines: cancelled })?;
    unit.audit(AuditEntry {
        action: "inventory.purchase_order.close",
        resource: "purchase_order",
        resource_id: id.uuid(),
        before: Some(json!({ "status": before.status.name(), "lines": told })),
        after: Some(json!({ "status": detail.order.status.name() })),
    })?;
    Ok(unit.commit(detail).await?)
}
