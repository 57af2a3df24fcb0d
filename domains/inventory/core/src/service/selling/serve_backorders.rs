//! What is free of an item goes to those who wait for it, who waits longest first. Whoever frees or brings
//! stock of an item that is awaited asks for this in the same unit; of any other it costs nothing.

use crate::App;
use crate::domain::reservation::Portions;
use crate::domain::selling::{SalesOrder, SalesOrderLine};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::jobs::ServeBackorders;
use crate::service::ledger::hold::hold;
use crate::service::reservations::grow_reservation::grow;
use crate::service::reservations::reserve_stock::{expired_at, reserve_lines};
use crate::service::selling::confirm_sales_order::broken;
use crate::store;
use crate::store::reservation::NewReservation;
use data::{ActAs, AuditEntry, JobOptions, Unit};
use inventory_contract::{BackorderServed, ItemId, ReservationId, SalesOrderId, WarehouseId};
use kernel::{Ctx, Quantity};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// In one unit, of each warehouse: nobody holds an item for long.
const BATCH: u64 = 50;
/// In one unit.
const MAX_WAREHOUSES: i64 = 20;

/// For who has changed what is free of an item that they hold.
pub fn serve_later(unit: &mut Unit, level: &Level) -> Result<(), data::Error> {
    if !level.awaited {
        return Ok(());
    }
    let options = JobOptions {
        ordering_key: Some(format!("{}/{}", unit.tenant(), level.item)),
        act_as: ActAs::System,
        ..JobOptions::default()
    };
    unit.enqueue(&ServeBackorders { item: level.item }, options).map(|_| ())
}

pub async fn serve_backorders(app: &App, ctx: &Ctx, item: ItemId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    // How it is tracked stays as it is once there is anything to give.
    let Some(moving) = store::item::moving(&unit, &[item]).await?.remove(&item) else { return Ok(()) };
    let portions = Portions::of(moving.tracking);
    // Orders are held before the item. Who comes to wait after this was read waits behind those who were
    // found.
    let warehouses =
        store::sales_order_line::warehouses_to_serve(&unit, item, portions, MAX_WAREHOUSES).await?;
    let mut found = BTreeSet::new();
    for warehouse in &warehouses {
        let waiting = store::sales_order_line::waiting(&unit, item, *warehouse, portions, BATCH).await?;
        found.extend(waiting.into_iter().map(|(order, _)| order));
    }
    let found: Vec<SalesOrderId> = found.into_iter().collect();
    let orders = store::sales_order::find_all_to_change(&unit, &found).await?;
    let mut orders: BTreeMap<_, _> = orders.into_iter().map(|order| (order.id, order)).collect();
    let Some(level) = hold(&mut unit, ctx, &[item]).await?.pop() else { return Ok(()) };
    let mut go_on = false;
    for warehouse in warehouses {
        go_on |= serve_at(&mut unit, ctx, &level, portions, warehouse, &mut orders).await?;
    }
    if !store::sales_order_line::is_awaited(&unit, item).await? {
        store::stock_level::set_awaited(&unit, item, false).await?;
    } else if go_on {
        serve_later(&mut unit, &level)?;
    }
    Ok(unit.commit(()).await?)
}

/// Whether a batch was served and others may be.
async fn serve_at(
    unit: &mut Unit,
    ctx: &Ctx,
    level: &Level,
    portions: Portions,
    warehouse: WarehouseId,
    orders: &mut BTreeMap<SalesOrderId, SalesOrder>,
) -> Result<bool, Error> {
    let there = store::warehouse_level::of(unit, &[level.item], &[warehouse]).await?.pop();
    let Some((_, _, there)) = there else { return Ok(false) };
    let expired = expired_at(unit, ctx, level, warehouse).await?;
    let mut free = there.available().saturating_sub(Quantity::from_millionths(expired));
    let waiting = store::sales_order_line::waiting(unit, level.item, warehouse, portions, BATCH).await?;
    let count = waiting.len() as u64;
    let mut served = false;
    for (order, mut line) in waiting {
        if !free.is_positive() {
            return Ok(false);
        }
        let given = portions.more(line.allocated, line.backordered().min(free));
        if !given.is_positive() {
            continue;
        }
        // An order that was not found before is not held: the next run serves it.
        let Some(held) = orders.get(&order) else { return Ok(true) };
        let reservation = match give(unit, ctx, held, warehouse, &line, given).await {
            Ok(reservation) => reservation,
            Err(Error::Data(error)) => return Err(error.into()),
            // Nothing was written of it, and who waits behind it does not wait for it.
            Err(refusal) => {
                tracing::warn!(%order, line = %line.id, %refusal, "a backorder is not served");
                continue;
            }
        };
        line.allocate(given, Some(reservation), line.waits_since).map_err(broken)?;
        store::sales_order_line::write(unit, &line).await?;
        let held = store::sales_order::set_status(unit, order, held.status, held.confirmed_at).await?;
        tell(unit, &held, warehouse, &line, given)?;
        orders.insert(order, held);
        free = free.saturating_sub(given);
        served = true;
    }
    Ok(served && count == BATCH && free.is_positive())
}

/// By the reservation that the line has, or by a new one. Where it is refused, nothing is written.
async fn give(
    unit: &mut Unit,
    ctx: &Ctx,
    order: &SalesOrder,
    warehouse: WarehouseId,
    line: &SalesOrderLine,
    quantity: Quantity,
) -> Result<ReservationId, Error> {
    if let Some(reservation) = line.reservation {
        return Ok(grow(unit, ctx, reservation, quantity).await?.id);
    }
    let new = NewReservation {
        id: ctx.new_id(),
        item: line.item,
        warehouse,
        lot: None,
        quantity,
        expires_at: None,
        reference: order.fields.reference.clone(),
    };
    let reserved = reserve_lines(unit, ctx, vec![new]).await?.pop();
    reserved.map(|reserved| reserved.id).ok_or_else(|| data::Error::internal("no reservation").into())
}

fn tell(
    unit: &mut Unit,
    order: &SalesOrder,
    warehouse: WarehouseId,
    line: &SalesOrderLine,
    given: Quantity,
) -> Result<(), Error> {
    let reservation =
        line.reservation.ok_or_else(|| data::Error::internal("a line was served without a reservation"))?;
    unit.publish(&BackorderServed {
        order: order.id,
        line: line.id,
        item: line.item,
        warehouse,
        reservation,
        quantity: given,
        waiting: line.backordered(),
    })?;
    unit.audit(AuditEntry {
        action: "inventory.sales_order.serve",
        resource: "sales_order",
        resource_id: order.id.uuid(),
        before: Some(json!({ "line": line.id, "allocated": line.allocated.saturating_sub(given) })),
        after: Some(json!({
            "line": line.id, "allocated": line.allocated, "waiting": line.backordered(),
        })),
    })?;
    Ok(())
}
