//! Reserved stock leaves: the reservation is settled, and the ledger gets a shipment for each place and lot it is
//! taken from, first what expires first.

use crate::App;
use crate::domain::ledger::{Pick, pick};
use crate::domain::movement::{Document, EnteredQuantity, Movement, MovementKind};
use crate::domain::place::{LocationUse, Place};
use crate::domain::reservation::{Reservation, ReservationStatus};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::ledger::post::{Posted, Posting, post};
use crate::service::reservations::release_reservation::{check_of_nobody, hold_of, settle};
use crate::store;
use chrono::{DateTime, Utc};
use data::{AuditEntry, Unit};
use inventory_contract::{LotId, ReservationId};
use kernel::{Ctx, Quantity};
use serde_json::json;
use std::collections::BTreeMap;

pub async fn ship_reservation(app: &App, ctx: &Ctx, id: ReservationId) -> Result<Reservation, Error> {
    let mut unit = app.databases.write(ctx).await?;
    check_of_nobody(&unit, id).await?;
    let (reservation, _) = ship(&mut unit, ctx, id, None).await?;
    Ok(unit.commit(reservation).await?)
}

/// For use cases that go on in the same unit.
pub async fn ship(
    unit: &mut Unit,
    ctx: &Ctx,
    id: ReservationId,
    document: Option<Document>,
) -> Result<(Reservation, Vec<Movement>), Error> {
    let level = hold_of(unit, ctx, id).await?;
    let reservation = settle(unit, ctx, id, ReservationStatus::Shipped).await?;
    let part = Part {
        quantity: reservation.quantity,
        entered: None,
        lot: None,
        happened_at: ctx.now(),
        document,
        reference: reservation.reference.clone(),
    };
    send(unit, ctx, &level, reservation, &part).await
}

/// What leaves of what is promised.
pub struct Part {
    pub quantity: Quantity,
    /// What somebody said of it, where that was in another unit.
    pub entered: Option<EnteredQuantity>,
    /// Of this lot alone; of what expires first where none is named.
    pub lot: Option<LotId>,
    pub happened_at: DateTime<Utc>,
    pub document: Option<Document>,
    pub reference: Option<String>,
}

/// The rest stays promised; with the last of it the reservation is settled. For use cases that go on in the same unit.
pub async fn ship_part(
    unit: &mut Unit,
    ctx: &Ctx,
    id: ReservationId,
    part: &Part,
) -> Result<(Reservation, Vec<Movement>), Error> {
    let level = hold_of(unit, ctx, id).await?;
    let before = store::reservation::find(unit, id).await?.ok_or(Error::ReservationNotFound)?;
    let reservation = if part.quantity < before.quantity {
        let rest = store::reservation::change(unit, ctx.now(), id, -part.quantity).await?;
        rest.ok_or(Error::ReservationSettled { status: before.status_at(ctx.now()) })?
    } else if part.quantity == before.quantity {
        settle(unit, ctx, id, ReservationStatus::Shipped).await?
    } else {
        return Err(Error::InsufficientStock { wanted: part.quantity, available: before.quantity });
    };
    send(unit, ctx, &level, reservation, part).await
}

/// The reservation says already what is left of it.
async fn send(
    unit: &mut Unit,
    ctx: &Ctx,
    level: &Level,
    reservation: Reservation,
    part: &Part,
) -> Result<(Reservation, Vec<Movement>), Error> {
    let leaving =
        Reservation { quantity: part.quantity, lot: part.lot.or(reservation.lot), ..reservation.clone() };
    let may_owe = level.may_be_negative && part.lot.is_none();
    let picks = picks(unit, ctx, &leaving, may_owe).await?;
    // What comes from several places was said of none of them.
    let entered = part.entered.as_ref().filter(|_| picks.len() == 1);
    let entered = entered.map(|said| EnteredQuantity {
        quantity: -said.quantity,
        unit: said.unit.clone(),
        rounding: said.rounding.clone(),
    });
    let postings: Vec<Posting> = picks
        .into_iter()
        .map(|pick| Posting {
            lot: pick.lot,
            entered: entered.clone(),
            happened_at: part.happened_at,
            reservation: Some(reservation.clone()),
            document: part.document,
            reference: part.reference.clone(),
            ..Posting::new(
                ctx,
                reservation.item,
                place(&reservation, &pick),
                MovementKind::Shipment,
                -pick.quantity,
            )
        })
        .collect();
    let Posted { movements, levels } = post(unit, ctx, &postings).await?;
    let on_hand = levels.get(&reservation.item).map(|level| level.on_hand).unwrap_or_default();
    let ids: Vec<_> = movements.iter().map(|movement| movement.id).collect();
    unit.audit(AuditEntry {
        action: "inventory.stock.ship",
        resource: "reservation",
        resource_id: reservation.id.uuid(),
        before: Some(json!({
            "status": ReservationStatus::Active.name(),
            "on_hand": on_hand.saturating_add(part.quantity),
        })),
        after: Some(json!({
            "status": reservation.status.name(),
            "movements": ids,
            "item": reservation.item,
            "quantity": part.quantity,
            "on_hand": on_hand,
        })),
    })?;
    Ok((reservation, movements))
}

/// What is picked is in storage.
fn place(reservation: &Reservation, pick: &Pick) -> Place {
    Place { warehouse: reservation.warehouse, location: pick.location, kind: LocationUse::Storage }
}

/// Where the promised is taken from. What is promised of a lot by name is left to whom it is promised.
async fn picks(
    unit: &Unit,
    ctx: &Ctx,
    reservation: &Reservation,
    may_be_negative: bool,
) -> Result<Vec<Pick>, Error> {
    let Reservation { item, warehouse, lot, quantity, .. } = *reservation;
    let offered = store::bin::to_pick(unit, item, warehouse, lot, ctx.now().date_naive()).await?;
    let mut left = BTreeMap::new();
    if lot.is_none() && offered.iter().any(|pick| pick.lot.is_some()) {
        left = left_of_lots(unit, ctx, reservation, &offered).await?;
    }
    let offered = offered.into_iter().map(|mut pick| {
        if let Some(left) = pick.lot.and_then(|lot| left.get_mut(&lot)) {
            pick.quantity = pick.quantity.min(Quantity::from_millionths((*left).max(0)));
            *left -= pick.quantity.millionths();
        }
        pick
    });
    let offered: Vec<Pick> = offered.collect();
    match pick(offered.iter().copied(), quantity) {
        Ok(picks) => Ok(picks),
        // Its policy lets the floor owe what is not there.
        Err(missing) if may_be_negative => {
            let floor = Place::floor_of(warehouse).location;
            let there = Quantity::from_millionths(quantity.millionths() - missing.millionths());
            let mut picks = pick(offered, there).unwrap_or_default();
            picks.push(Pick { location: floor, lot: None, quantity: missing });
            Ok(picks)
        }
        Err(missing) => {
            let available = Quantity::from_millionths(quantity.millionths() - missing.millionths());
            Err(Error::InsufficientStock { wanted: quantity, available })
        }
    }
}

/// Of each lot at the warehouse, what is not promised by name.
async fn left_of_lots(
    unit: &Unit,
    ctx: &Ctx,
    reservation: &Reservation,
    offered: &[Pick],
) -> Result<BTreeMap<LotId, i64>, data::Error> {
    let mut left: BTreeMap<LotId, i64> = BTreeMap::new();
    for pick in offered {
        if let Some(lot) = pick.lot {
            *left.entry(lot).or_default() += pick.quantity.millionths();
        }
    }
    for of in store::reservation::of_lots(unit, ctx.now(), reservation.item).await? {
        if of.warehouse_id == reservation.warehouse {
            left.entry(of.lot_id).and_modify(|left| *left -= of.quantity.millionths());
        }
    }
    Ok(left)
}
