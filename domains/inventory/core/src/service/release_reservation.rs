//! Gives promised stock back to what is available.

use crate::App;
use crate::domain::reservation::{Reservation, ReservationStatus};
use crate::error::Error;
use crate::service::without;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::ReservationId;
use kernel::Ctx;
use serde_json::json;

pub async fn release_reservation(app: &App, ctx: &Ctx, id: ReservationId) -> Result<Reservation, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let reservation = settle(&unit, id, ReservationStatus::Released).await?;
    let level = store::stock_level::release(&unit, reservation.item, reservation.quantity).await?;
    let level = level.ok_or_else(|| data::Error::internal("a reservation without its stock"))?;
    unit.audit(AuditEntry {
        action: "inventory.stock.release",
        resource: "reservation",
        resource_id: id.uuid(),
        before: Some(json!({
            "status": ReservationStatus::Active.name(),
            "available": without(level.available(), reservation.quantity),
        })),
        after: Some(json!({
            "status": reservation.status.name(),
            "item": reservation.item,
            "quantity": reservation.quantity,
            "available": level.available(),
        })),
    })?;
    Ok(unit.commit(reservation).await?)
}

/// Ends an active reservation; of two that race, one does.
pub async fn settle(unit: &Unit, id: ReservationId, status: ReservationStatus) -> Result<Reservation, Error> {
    if let Some(reservation) = store::reservation::settle(unit, id, status).await? {
        return Ok(reservation);
    }
    match store::reservation::find(unit, id).await? {
        Some(reservation) => Err(Error::ReservationSettled { status: reservation.status }),
        None => Err(Error::ReservationNotFound),
    }
}
