//! Takes back what was recorded as received of a purchase order and did not come: by its opposite, at what it cost, once
//! and with a reason. What came and goes back to the supplier is a return.

use crate::App;
use crate::domain::buying::{MAX_LINES, PurchaseOrderDetail, Step};
use crate::domain::{stock, text};
use crate::error::Error;
use crate::service::buying::booking::{Booked, Booking, Slip, WrongLine};
use crate::service::buying::receipts::Receipts;
use crate::service::ledger::adjust_stock::MAX_REASON;
use data::AuditEntry;
use inventory_contract::{MovementId, PurchaseOrderId, PurchaseReceiptReversed};
use kernel::{Ctx, Faults};
use serde_json::json;
use std::collections::BTreeSet;

pub async fn reverse_purchase_receipt(
    app: &App,
    ctx: &Ctx,
    id: PurchaseOrderId,
    lines: &[WrongLine],
    reason: &str,
) -> Result<PurchaseOrderDetail, Error> {
    let reason = check(lines, reason)?;
    let slip = Slip { happened_at: ctx.now(), reference: None, reason: Some(reason.clone()) };

    let mut unit = app.databases.write(ctx).await?;
    let named: BTreeSet<i64> = lines.iter().map(|line| line.line).collect();
    let step = Step::Reverse { came: true, rest: true };
    let mut booking = Booking::begin(&mut unit, ctx, id, step, slip, &named).await?;
    let movements: Vec<MovementId> = lines.iter().map(|line| line.movement).collect();
    let receipts = Receipts::read(&unit, &movements).await?;
    let mut brought = booking.read_brought(&unit, &receipts.lots()).await?;
    for (at, line) in lines.iter().enumerate() {
        booking.take_back(ctx, at, line, &receipts, &mut brought)?;
    }
    let came = booking.came();
    let booked = booking.book(&mut unit, ctx, |rest| Step::Reverse { came, rest }).await?;
    let Booked { detail, movements, before, mut after } = booked;
    after["reason"] = json!(reason);
    unit.publish(&PurchaseReceiptReversed {
        order: id,
        supplier: detail.order.supplier,
        reason,
        lines: movements,
    })?;
    unit.audit(AuditEntry {
        action: "inventory.purchase_order.reverse_receipt",
        resource: "purchase_order",
        resource_id: id.uuid(),
        before: Some(before),
        after: Some(after),
    })?;
    Ok(unit.commit(detail).await?)
}

fn check(lines: &[WrongLine], reason: &str) -> Result<String, Error> {
    let mut faults = Faults::new();
    let allowed = (1..=MAX_LINES).contains(&lines.len());
    faults.require(allowed, "/lines", "out_of_range", "must have from 1 to 500 lines");
    let mut seen = BTreeSet::new();
    for (at, line) in lines.iter().take(MAX_LINES).enumerate() {
        if !seen.insert(line.movement) {
            faults.add(format!("/lines/{at}/movement_id"), "repeated", "is named by an earlier line");
        }
        if let Some(quantity) = line.quantity {
            stock::check_moved(&mut faults, &format!("/lines/{at}/quantity"), quantity);
        }
    }
    let reason = text::line(&mut faults, "/reason", reason, MAX_REASON);
    faults.finish(reason).map_err(Error::invalid)
}
