//! Gives a promise another end, or none. One whose time has passed is not brought back: what it held may be another's.

use crate::App;
use crate::domain::reservation::{Reservation, ReservationStatus, check_expires_at};
use crate::error::Error;
use crate::service::reservations::release_reservation::{check_of_nobody, hold_of};
use crate::service::reservations::reserve_stock::expire_later;
use crate::store;
use chrono::{DateTime, SubsecRound, Utc};
use data::AuditEntry;
use inventory_contract::{ReservationExtended, ReservationId};
use kernel::{Ctx, Faults};
use serde_json::json;

pub async fn extend_reservation(
    app: &App,
    ctx: &Ctx,
    id: ReservationId,
    expires_at: Option<DateTime<Utc>>,
) -> Result<Reservation, Error> {
    let mut faults = Faults::new();
    check_expires_at(&mut faults, "/expires_at", expires_at, ctx.now());
    faults.finish(()).map_err(Error::invalid)?;
    // As it is kept, so that the same end is known again.
    let expires_at = expires_at.map(|at| at.trunc_subsecs(6));

    let mut unit = app.databases.write(ctx).await?;
    check_of_nobody(&unit, id).await?;
    let mut level = hold_of(&mut unit, ctx, id).await?;
    let before = store::reservation::find(&unit, id).await?.ok_or(Error::ReservationNotFound)?;
    let status = before.status_at(ctx.now());
    if status == ReservationStatus::Active && before.expires_at == expires_at {
        return Ok(unit.commit(before).await?);
    }
    let Some(reservation) = store::reservation::extend(&unit, ctx.now(), id, expires_at).await? else {
        return Err(Error::ReservationSettled { status });
    };
    level.next_expiry = [level.next_expiry, expires_at].into_iter().flatten().min();
    store::stock_level::write(&unit, &level).await?;
    if let Some(at) = expires_at {
        expire_later(&mut unit, id, at)?;
    }
    unit.publish(&ReservationExtended {
        item: reservation.item,
        reservation: id,
        quantity: reservation.quantity,
        expires_at,
        reference: reservation.reference.clone(),
    })?;
    unit.audit(AuditEntry {
        action: "inventory.stock.extend",
        resource: "reservation",
        resource_id: id.uuid(),
        before: Some(json!({ "expires_at": before.expires_at })),
        after: Some(json!({ "expires_at": reservation.expires_at })),
    })?;
    Ok(unit.commit(reservation).await?)
}
