//! Promises stock. Of two that race for the last unit, the database lets one through.

use crate::App;
use crate::domain::reservation::Reservation;
use crate::domain::{stock, text};
use crate::error::Error;
use crate::service::receive_stock::MAX_REFERENCE;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::{ItemId, ReservationId, StockReserved};
use kernel::{Ctx, Faults, Quantity};
use serde_json::json;

pub struct ReserveStock {
    /// The caller's own, if it has one.
    pub id: Option<ReservationId>,
    pub item: ItemId,
    pub quantity: Quantity,
    pub reference: Option<String>,
}

pub async fn reserve_stock(app: &App, ctx: &Ctx, command: ReserveStock) -> Result<Reservation, Error> {
    let ReserveStock { item, quantity, .. } = command;
    let mut faults = Faults::new();
    stock::check_moved(&mut faults, "/quantity", quantity);
    let reference = command.reference.as_deref();
    let reference = text::optional_line(&mut faults, "/reference", reference, MAX_REFERENCE);
    let reference = faults.finish(reference).map_err(Error::invalid)?;

    let mut unit = app.databases.write(ctx).await?;
    let Some(level) = store::stock_level::reserve(&unit, item, quantity).await? else {
        return Err(why_not(&unit, item, quantity).await?);
    };
    let id = command.id.unwrap_or_else(|| ctx.new_id());
    let reservation = store::reservation::insert(&unit, id, item, quantity, reference).await?;
    unit.publish(&StockReserved {
        item,
        reservation: id,
        quantity,
        available: level.available(),
        reference: reservation.reference.clone(),
    })?;
    unit.audit(AuditEntry {
        action: "inventory.stock.reserve",
        resource: "reservation",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!({ "item": item, "quantity": quantity, "available": level.available() })),
    })?;
    Ok(unit.commit(reservation).await?)
}

async fn why_not(unit: &Unit, item: ItemId, wanted: Quantity) -> Result<Error, data::Error> {
    Ok(match store::stock_level::find(unit, item).await? {
        Some(level) => Error::InsufficientStock { wanted, available: level.available() },
        None => {
            let mut faults = Faults::new();
            faults.add("/item_id", "unknown", "there is no such item");
            Error::invalid(faults.into_errors())
        }
    })
}
