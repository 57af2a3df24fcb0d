//! Gives promised stock back to what is available.

use crate::App;
use crate::domain::reservation::{Reservation, ReservationStatus};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::service::ledger::stock_now::available_now;
use crate::service::reordering::watch::watch;
use crate::service::selling::serve_backorders::serve_later;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::{ReservationId, ReservationReleased};
use kernel::Ctx;
use serde_json::json;

pub async fn release_reservation(app: &App, ctx: &Ctx, id: ReservationId) -> Result<Reservation, Error> {
    let mut unit = app.databases.write(ctx).await?;
    check_of_nobody(&unit, id).await?;
    let (reservation, level) = free(&mut unit, ctx, id).await?;
    serve_later(&mut unit, &level)?;
    Ok(unit.commit(reservation).await?)
}

/// What holds the lines of an order is left to the order, which counts on it.
pub async fn check_of_nobody(unit: &Unit, id: ReservationId) -> Result<(), Error> {
    if store::sales_order_line::is_of_order(unit, id).await? {
        return Err(Error::ReservationOfOrder);
    }
    Ok(())
}

/// The level then, too. For use cases that go on in the same unit, and ask for those who wait to be served.
pub async fn free(unit: &mut Unit, ctx: &Ctx, id: ReservationId) -> Result<(Reservation, Level), Error> {
    let mut level = hold_of(unit, ctx, id).await?;
    let reservation = settle(unit, ctx, id, ReservationStatus::Released).await?;
    let Reservation { item, warehouse, quantity, .. } = reservation;
    for (_, _, mut there) in store::warehouse_level::of(unit, &[item], &[warehouse]).await? {
        there.reserved = there.reserved.saturating_sub(quantity);
        store::warehouse_level::write(unit, item, warehouse, &there).await?;
    }
    level.reserved = level.reserved.saturating_sub(quantity);
    level.revision += 1;
    store::stock_level::write(unit, &level).await?;
    watch(unit, ctx, &mut level).await?;
    let available = available_now(unit, ctx, &level).await?;
    unit.publish(&ReservationReleased {
        item,
        reservation: id,
        quantity,
        available,
        reference: reservation.reference.clone(),
    })?;
    unit.audit(AuditEntry {
        action: "inventory.stock.release",
        resource: "reservation",
        resource_id: id.uuid(),
        before: Some(json!({
            "status": ReservationStatus::Active.name(),
            "available": available.saturating_sub(quantity),
        })),
        after: Some(json!({
            "status": reservation.status.name(),
            "item": item,
            "quantity": quantity,
            "available": available,
        })),
    })?;
    Ok((reservation, level))
}

/// The item of a reservation, held: the item comes before its reservations for all who lock both.
pub async fn hold_of(unit: &mut Unit, ctx: &Ctx, id: ReservationId) -> Result<Level, Error> {
    let reservation = store::reservation::find(unit, id).await?.ok_or(Error::ReservationNotFound)?;
    let level = hold(unit, ctx, &[reservation.item]).await?.pop();
    // An item is deleted when nothing of it is promised any more.
    level.ok_or_else(|| Error::ReservationSettled { status: reservation.status_at(ctx.now()) })
}

/// Ends an active reservation; of two that race, one does.
pub async fn settle(
    unit: &Unit,
    ctx: &Ctx,
    id: ReservationId,
    status: ReservationStatus,
) -> Result<Reservation, Error> {
    if let Some(reservation) = store::reservation::settle(unit, ctx.now(), id, status).await? {
        return Ok(reservation);
    }
    match store::reservation::find(unit, id).await? {
        Some(reservation) => Err(Error::ReservationSettled { status: reservation.status_at(ctx.now()) }),
        None => Err(Error::ReservationNotFound),
    }
}
