//! Reserved stock leaves: the reservation is settled and the ledger gets a shipment.

use crate::App;
use crate::domain::movement::{Movement, MovementKind};
use crate::domain::reservation::{Reservation, ReservationStatus};
use crate::error::Error;
use crate::service::release_reservation::settle;
use crate::service::without;
use crate::store;
use data::AuditEntry;
use inventory_contract::{ReservationId, StockShipped};
use kernel::Ctx;
use serde_json::json;

pub async fn ship_reservation(app: &App, ctx: &Ctx, id: ReservationId) -> Result<Reservation, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let reservation = settle(&unit, id, ReservationStatus::Shipped).await?;
    let Reservation { item, quantity, .. } = reservation;
    let level = store::stock_level::ship(&unit, item, quantity).await?;
    let level = level.ok_or_else(|| data::Error::internal("a reservation without its stock"))?;
    let movement = Movement {
        id: ctx.new_id(),
        item,
        sequence: level.last_sequence(),
        kind: MovementKind::Shipment,
        quantity: -quantity,
        happened_at: ctx.now(),
        recorded_at: ctx.now(),
        reservation: Some(id),
        reference: reservation.reference.clone(),
        actor: ctx.actor().to_string(),
        reason: None,
    };
    let movement = store::movement::insert(&unit, &movement).await?;
    unit.publish(&StockShipped {
        item,
        reservation: id,
        movement: movement.id,
        sequence: movement.sequence,
        quantity,
        on_hand: level.on_hand,
        happened_at: movement.happened_at,
        reference: movement.reference.clone(),
    })?;
    unit.audit(AuditEntry {
        action: "inventory.stock.ship",
        resource: "reservation",
        resource_id: id.uuid(),
        before: Some(json!({
            "status": ReservationStatus::Active.name(),
            "on_hand": without(level.on_hand, movement.quantity),
        })),
        after: Some(json!({
            "status": reservation.status.name(),
            "movement": movement.id,
            "item": item,
            "quantity": quantity,
            "on_hand": level.on_hand,
        })),
    })?;
    Ok(unit.commit(reservation).await?)
}
