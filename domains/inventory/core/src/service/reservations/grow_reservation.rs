//! Promises more of an item by a reservation that is there, as a line of an order gets what it waited for.

use crate::domain::reservation::Reservation;
use crate::error::Error;
use crate::service::ledger::stock_now::available_now;
use crate::service::reordering::watch::watch;
use crate::service::reservations::release_reservation::hold_of;
use crate::service::reservations::reserve_stock::expired_at;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::{ReservationId, StockReserved};
use kernel::{Ctx, Quantity};
use serde_json::json;

/// For use cases that go on in the same unit. What is not free is refused, and then nothing is written.
pub async fn grow(
    unit: &mut Unit,
    ctx: &Ctx,
    id: ReservationId,
    quantity: Quantity,
) -> Result<Reservation, Error> {
    let mut level = hold_of(unit, ctx, id).await?;
    let before = store::reservation::find(unit, id).await?.ok_or(Error::ReservationNotFound)?;
    let Reservation { item, warehouse, .. } = before;
    let there = store::warehouse_level::of(unit, &[item], &[warehouse]).await?.pop();
    let (_, _, mut there) = there.ok_or_else(|| data::Error::internal("a promise of nothing"))?;
    let expired = expired_at(unit, ctx, &level, warehouse).await?;
    let available = there.available().saturating_sub(Quantity::from_millionths(expired));
    if quantity > available {
        return Err(Error::InsufficientStock { wanted: quantity, available });
    }
    let Some(reservation) = store::reservation::change(unit, ctx.now(), id, quantity).await? else {
        return Err(Error::ReservationSettled { status: before.status_at(ctx.now()) });
    };
    there.reserved = there.reserved.saturating_add(quantity);
    store::warehouse_level::write(unit, item, warehouse, &there).await?;
    level.reserved = level.reserved.saturating_add(quantity);
    level.revision += 1;
    store::stock_level::write(unit, &level).await?;
    watch(unit, ctx, &mut level).await?;
    let available = available_now(unit, ctx, &level).await?;
    unit.publish(&StockReserved {
        item,
        reservation: id,
        quantity,
        available,
        reference: reservation.reference.clone(),
    })?;
    unit.audit(AuditEntry {
        action: "inventory.stock.reserve",
        resource: "reservation",
        resource_id: id.uuid(),
        before: Some(json!({ "quantity": before.quantity })),
        after: Some(json!({
            "item": item, "quantity": reservation.quantity, "available": available,
        })),
    })?;
    Ok(reservation)
}
