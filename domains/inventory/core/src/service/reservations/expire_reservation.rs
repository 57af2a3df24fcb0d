//! Writes down that a promise has lapsed, once its time has passed; until then, and afterwards, it does nothing.

use crate::App;
use crate::domain::reservation::ReservationStatus;
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::store;
use inventory_contract::ReservationId;
use kernel::Ctx;

pub async fn expire_reservation(app: &App, ctx: &Ctx, id: ReservationId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(reservation) = store::reservation::find(&unit, id).await? else { return Ok(()) };
    let lapsed = reservation.status_at(ctx.now()) == ReservationStatus::Expired;
    if !lapsed || reservation.status == ReservationStatus::Expired {
        return Ok(());
    }
    // Holding the item is what writes it down.
    hold(&mut unit, ctx, &[reservation.item]).await?;
    Ok(unit.commit(()).await?)
}
