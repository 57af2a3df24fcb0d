//! What goes back to the supplier, of what came of a purchase order. It leaves stock at what stock is worth.

use crate::App;
use crate::domain::buying::{PurchaseOrderDetail, Step};
use crate::domain::text;
use crate::error::Error;
use crate::service::buying::booking::{Booked, Booking, ReturnedLine, Slip, check};
use crate::service::ledger::adjust_stock::MAX_REASON;
use chrono::{DateTime, Utc};
use data::AuditEntry;
use inventory_contract::{PurchaseOrderId, PurchaseOrderReturned};
use kernel::{Ctx, Faults};
use std::collections::BTreeSet;

pub struct ReturnPurchaseOrder {
    pub lines: Vec<ReturnedLine>,
    pub happened_at: Option<DateTime<Utc>>,
    pub reference: Option<String>,
    pub reason: Option<String>,
}

pub async fn return_purchase_order(
    app: &App,
    ctx: &Ctx,
    id: PurchaseOrderId,
    command: ReturnPurchaseOrder,
) -> Result<PurchaseOrderDetail, Error> {
    let ReturnPurchaseOrder { lines, happened_at, reference, reason } = command;
    let mut faults = Faults::new();
    let moved = lines.iter().map(|line| &line.moved);
    let slip = check(&mut faults, ctx, happened_at, reference.as_deref(), moved);
    let reason = text::optional_line(&mut faults, "/reason", reason.as_deref(), MAX_REASON);
    let slip = faults.finish(Slip { reason, ..slip }).map_err(Error::invalid)?;
    let Slip { happened_at, reference, reason } = slip.clone();

    let mut unit = app.databases.write(ctx).await?;
    let named: BTreeSet<i64> = lines.iter().map(|line| line.moved.line).collect();
    let step = Step::Return { rest: true };
    let mut booking = Booking::begin(&mut unit, ctx, id, step, slip, &named).await?;
    let places_and_lots = booking.read_named(&unit, lines.iter().map(|line| &line.moved)).await?;
    let mut brought = booking.read_brought(&unit, &places_and_lots.lots.ids()).await?;
    for (at, line) in lines.iter().enumerate() {
        booking.go_back(&unit, ctx, at, line, &places_and_lots, &mut brought).await?;
    }
    let booked = booking.book(&mut unit, ctx, |rest| Step::Return { rest }).await?;
    let Booked { detail, movements, before, after } = booked;
    unit.publish(&PurchaseOrderReturned {
        order: id,
        supplier: detail.order.supplier,
        happened_at,
        reference,
        reason,
        lines: movements,
    })?;
    unit.audit(AuditEntry {
        action: "inventory.purchase_order.return",
        resource: "purchase_order",
        resource_id: id.uuid(),
        before: Some(before),
        after: Some(after),
    })?;
    Ok(unit.commit(detail).await?)
}
