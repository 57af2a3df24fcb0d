//! The lock of an item's stock. Who holds it sees balances that nobody else changes, without what is past its time.

use crate::domain::reservation::Reservation;
use crate::domain::stock::Level;
use crate::domain::unique::unique;
use crate::error::Error;
use crate::service::reordering::watch::watch;
use crate::service::selling::serve_backorders::serve_later;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::{ItemId, ReservationExpired, WarehouseId};
use kernel::{Ctx, Quantity};
use serde_json::json;
use std::collections::BTreeMap;

/// The levels of these items, held until the unit ends; items that are not there are missing in the answer. What is
/// promised beyond its time is taken off first.
pub async fn hold(unit: &mut Unit, ctx: &Ctx, items: &[ItemId]) -> Result<Vec<Level>, Error> {
    let mut levels = store::stock_level::hold(unit, &unique(items.iter().copied())).await?;
    for level in &mut levels {
        if level.next_expiry.is_some_and(|next| next <= ctx.now()) {
            expire(unit, ctx, level).await?;
        }
    }
    Ok(levels)
}

/// Each counts as one change of the level, as it was told by `stock_now` since its time passed.
async fn expire(unit: &mut Unit, ctx: &Ctx, level: &mut Level) -> Result<(), Error> {
    let expired = store::reservation::expire(unit, ctx.now(), level.item).await?;
    let mut freed: BTreeMap<WarehouseId, Quantity> = BTreeMap::new();
    for reservation in &expired {
        let here = freed.entry(reservation.warehouse).or_default();
        *here = here.saturating_add(reservation.quantity);
        tell(unit, reservation)?;
    }
    let warehouses: Vec<_> = freed.keys().copied().collect();
    for (_, warehouse, mut there) in store::warehouse_level::of(unit, &[level.item], &warehouses).await? {
        there.reserved = there.reserved.saturating_sub(freed.get(&warehouse).copied().unwrap_or_default());
        store::warehouse_level::write(unit, level.item, warehouse, &there).await?;
    }
    level.reserved = freed.into_values().fold(level.reserved, Quantity::saturating_sub);
    level.next_expiry = store::reservation::next_expiry(unit, level.item).await?;
    level.revision += expired.len() as i64;
    serve_later(unit, level)?;
    store::stock_level::write(unit, level).await?;
    Ok(watch(unit, ctx, level).await?)
}

fn tell(unit: &mut Unit, reservation: &Reservation) -> Result<(), Error> {
    unit.publish(&ReservationExpired {
        item: reservation.item,
        reservation: reservation.id,
        quantity: reservation.quantity,
        expired_at: reservation.expires_at.unwrap_or(reservation.updated_at),
        reference: reservation.reference.clone(),
    })?;
    unit.audit(AuditEntry {
        action: "inventory.stock.expire",
        resource: "reservation",
        resource_id: reservation.id.uuid(),
        before: Some(json!({ "status": "active" })),
        after: Some(
            json!({ "status": "expired", "item": reservation.item, "quantity": reservation.quantity }),
        ),
    })?;
    Ok(())
}
