//! What came of a purchase order: into the ledger, at what it cost.

use crate::App;
use crate::domain::buying::{PurchaseOrderDetail, Step};
use crate::error::Error;
use crate::service::buying::booking::{Booked, Booking, MovedLine, check};
use chrono::{DateTime, Utc};
use data::AuditEntry;
use inventory_contract::{PurchaseOrderId, PurchaseOrderReceived};
use kernel::{Ctx, Faults};
use std::collections::BTreeSet;

pub struct ReceivePurchaseOrder {
    pub lines: Vec<MovedLine>,
    pub happened_at: Option<DateTime<Utc>>,
    pub reference: Option<String>,
}

pub async fn receive_purchase_order(
    app: &App,
    ctx: &Ctx,
    id: PurchaseOrderId,
    command: ReceivePurchaseOrder,
) -> Result<PurchaseOrderDetail, Error> {
    let ReceivePurchaseOrder { lines, happened_at, reference } = command;
    let mut faults = Faults::new();
    let slip = check(&mut faults, ctx, happened_at, reference.as_deref(), lines.iter());
    let slip = faults.finish(slip).map_err(Error::invalid)?;
    let (happened_at, reference) = (slip.happened_at, slip.reference.clone());

    let mut unit = app.databases.write(ctx).await?;
    let named: BTreeSet<i64> = lines.iter().map(|line| line.line).collect();
    let step = Step::Receive { rest: true };
    let mut booking = Booking::begin(&mut unit, ctx, id, step, slip, &named).await?;
    let mut places_and_lots = booking.read_named(&unit, lines.iter()).await?;
    for (at, line) in lines.iter().enumerate() {
        booking.come(&unit, ctx, at, line, &mut places_and_lots).await?;
    }
    places_and_lots.lots.insert_made(&mut unit).await?;
    let booked = booking.book(&mut unit, ctx, |rest| Step::Receive { rest }).await?;
    let Booked { detail, movements, before, after } = booked;
    unit.publish(&PurchaseOrderReceived {
        order: id,
        supplier: detail.order.supplier,
        complete: !detail.order.status.is_open(),
        happened_at,
        reference,
        lines: movements,
    })?;
    unit.audit(AuditEntry {
        action: "inventory.purchase_order.receive",
        resource: "purchase_order",
        resource_id: id.uuid(),
        before: Some(before),
        after: Some(after),
    })?;
    Ok(unit.commit(detail).await?)
}
