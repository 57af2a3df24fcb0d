//! Reserved stock leaves: the reservation is settled, and the ledger gets a shipment for each place and lot it is
//! taken from, first what expires first.

use crate::App;
use crate::domain::ledger::{Pick, pick};
use crate::domain::movement::{Document, EnteredQuantity, MovementKind};
use crate::domain::place::{LocationUse, Place};
use crate::domain::reservation::{Reservation, ReservationStatus};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::ledger::post::{Posted, Posting, post};
use crate::service::reservations::release_reservation::{check_of_nobody, hold_of, settle};
use crate::store;
use crate::store::bin::{MAX_PICKS, Wanted};
use chrono::{DateTime, Utc};
use data::{AuditEntry, Unit};
use inventory_contract::{ItemId, LocationId, LotId, MovementId, ReservationId};
use kernel::{Ctx, Quantity};
use serde_json::json;
use std::collections::BTreeMap;

/// How many movements are gathered before they are posted: a pick is of at most 500, and a statement binds no more than
/// so many rows take.
const GATHERED: usize = 500;

pub async fn ship_reservation(app: &App, ctx: &Ctx, id: ReservationId) -> Result<Reservation, Error> {
    let mut unit = app.databases.write(ctx).await?;
    check_of_nobody(&unit, id).await?;
    let level = hold_of(&mut unit, ctx, id).await?;
    let reservation = settle(&unit, ctx, id, ReservationStatus::Shipped).await?;
    let parcel = Parcel {
        reservation: id,
        quantity: reservation.quantity,
        entered: None,
        lot: None,
        happened_at: ctx.now(),
        document: None,
        reference: reservation.reference.clone(),
    };
    let mut leaving = Leaving::default();
    leaving.gather(&unit, ctx, &level, reservation.clone(), &parcel).await?;
    leaving.post(&mut unit, ctx).await?;
    Ok(unit.commit(reservation).await?)
}

/// What leaves of what is promised.
pub struct Parcel {
    pub reservation: ReservationId,
    pub quantity: Quantity,
    /// What somebody said of it, where that was in another unit.
    pub entered: Option<EnteredQuantity>,
    /// Of this lot alone; of what expires first where none is named.
    pub lot: Option<LotId>,
    pub happened_at: DateTime<Utc>,
    pub document: Option<Document>,
    pub reference: Option<String>,
}

/// Of items that are held, with these levels. The rest stays promised; with the last of it a reservation is settled.
/// For use cases that go on in the same unit.
pub async fn ship_parcels(
    unit: &mut Unit,
    ctx: &Ctx,
    levels: &[Level],
    parcels: &[Parcel],
) -> Result<(), Error> {
    let levels: BTreeMap<ItemId, &Level> = levels.iter().map(|level| (level.item, level)).collect();
    let mut leaving = Leaving::default();
    // Who takes any lot leaves those that others of the shipment name.
    let (named, any): (Vec<&Parcel>, Vec<&Parcel>) = parcels.iter().partition(|parcel| parcel.lot.is_some());
    for parcel in named.into_iter().chain(any) {
        let id = parcel.reservation;
        let before = store::reservation::find(unit, id).await?.ok_or(Error::ReservationNotFound)?;
        let settled = || Error::ReservationSettled { status: before.status_at(ctx.now()) };
        let level = levels.get(&before.item).ok_or_else(settled)?;
        let reservation = if parcel.quantity < before.quantity {
            let rest = store::reservation::change(unit, ctx.now(), id, -parcel.quantity).await?;
            rest.ok_or_else(settled)?
        } else if parcel.quantity == before.quantity {
            settle(unit, ctx, id, ReservationStatus::Shipped).await?
        } else {
            return Err(Error::InsufficientStock { wanted: parcel.quantity, available: before.quantity });
        };
        if leaving.postings.len() >= GATHERED {
            leaving.post(unit, ctx).await?;
        }
        leaving.gather(unit, ctx, level, reservation, parcel).await?;
    }
    leaving.post(unit, ctx).await
}

/// What was picked and is not posted yet.
#[derive(Default)]
struct Leaving {
    postings: Vec<Posting>,
    parts: Vec<LeavingPart>,
    /// From where, of each item.
    taken: BTreeMap<ItemId, BTreeMap<(LocationId, Option<LotId>), Quantity>>,
}

struct LeavingPart {
    reservation: Reservation,
    quantity: Quantity,
    /// How many of the postings are of it.
    postings: usize,
}

impl Leaving {
    /// The reservation says already what is left of it.
    async fn gather(
        &mut self,
        unit: &Unit,
        ctx: &Ctx,
        level: &Level,
        reservation: Reservation,
        parcel: &Parcel,
    ) -> Result<(), Error> {
        let taken = self.taken.entry(reservation.item).or_default();
        let picks = picks(unit, ctx, level, &reservation, parcel, taken).await?;
        for pick in &picks {
            let from = taken.entry((pick.location, pick.lot)).or_default();
            *from = from.saturating_add(pick.quantity);
        }
        // What comes from several places was said of none of them.
        let entered = parcel.entered.as_ref().filter(|_| picks.len() == 1).map(EnteredQuantity::negated);
        self.postings.extend(picks.iter().map(|pick| {
            let place = place(&reservation, pick);
            Posting {
                lot: pick.lot,
                entered: entered.clone(),
                happened_at: parcel.happened_at,
                reservation: Some(reservation.clone()),
                document: parcel.document,
                reference: parcel.reference.clone(),
                ..Posting::new(ctx, reservation.item, place, MovementKind::Shipment, -pick.quantity)
            }
        }));
        self.parts.push(LeavingPart { reservation, quantity: parcel.quantity, postings: picks.len() });
        Ok(())
    }

    /// All at once; what is gathered after it finds the stock without it.
    async fn post(&mut self, unit: &mut Unit, ctx: &Ctx) -> Result<(), Error> {
        let Self { postings, parts, .. } = std::mem::take(self);
        if postings.is_empty() {
            return Ok(());
        }
        let Posted { movements, levels } = post(unit, ctx, &postings).await?;
        let mut on_hand: BTreeMap<ItemId, Quantity> = BTreeMap::new();
        for (item, level) in &levels {
            on_hand.insert(*item, level.on_hand);
        }
        // Before any of it left.
        for part in &parts {
            let there = on_hand.entry(part.reservation.item).or_default();
            *there = there.saturating_add(part.quantity);
        }
        let mut movements = movements.iter();
        for LeavingPart { reservation, quantity, postings } in &parts {
            let there = on_hand.entry(reservation.item).or_default();
            let before = *there;
            *there = before.saturating_sub(*quantity);
            let ids: Vec<MovementId> =
                movements.by_ref().take(*postings).map(|movement| movement.id).collect();
            unit.audit(AuditEntry {
                action: "inventory.stock.ship",
                resource: "reservation",
                resource_id: reservation.id.uuid(),
                before: Some(json!({ "status": ReservationStatus::Active.name(), "on_hand": before })),
                after: Some(json!({
                    "status": reservation.status.name(),
                    "movements": ids,
                    "item": reservation.item,
                    "quantity": quantity,
                    "on_hand": *there,
                })),
            })?;
        }
        Ok(())
    }
}

/// What is picked is in storage.
fn place(reservation: &Reservation, pick: &Pick) -> Place {
    Place { warehouse: reservation.warehouse, location: pick.location, kind: LocationUse::Storage }
}

/// Where the promised is taken from. What is promised of a lot by name is left to whom it is promised, also where
/// the parcel names that lot.
async fn picks(
    unit: &Unit,
    ctx: &Ctx,
    level: &Level,
    reservation: &Reservation,
    parcel: &Parcel,
    taken: &BTreeMap<(LocationId, Option<LotId>), Quantity>,
) -> Result<Vec<Pick>, Error> {
    let Reservation { item, warehouse, .. } = *reservation;
    let (quantity, lot) = (parcel.quantity, parcel.lot.or(reservation.lot));
    let today = ctx.now().date_naive();
    // Whoever was promised the lot by name takes a part of it that is nobody else's.
    let unpromised_at = (level.tracked && reservation.lot.is_none()).then(|| ctx.now());
    let wanted = Wanted { item, warehouse, lot, today, unpromised_at };
    let found = store::bin::to_pick(unit, wanted, MAX_PICKS + taken.len() as i64).await?;
    // What was taken of a lot is the first of what is free of it, so the rest of each bin is free too.
    let offered = found.into_iter().map(|pick| {
        let taken = taken.get(&(pick.location, pick.lot)).copied().unwrap_or_default();
        Pick { quantity: pick.quantity.saturating_sub(taken), ..pick }
    });
    let offered = offered.filter(|pick| pick.quantity.is_positive());
    let offered: Vec<Pick> = offered.take(usize::try_from(MAX_PICKS).unwrap_or_default()).collect();
    match pick(offered.iter().copied(), quantity) {
        Ok(picks) => Ok(picks),
        // Its policy lets the floor owe what is not there.
        Err(missing) if level.may_be_negative && parcel.lot.is_none() => {
            let floor = Place::floor_of(warehouse).location;
            let there = Quantity::from_millionths(quantity.millionths() - missing.millionths());
            let mut picks = pick(offered, there).unwrap_or_default();
            picks.push(Pick { location: floor, lot: None, quantity: missing });
            Ok(picks)
        }
        Err(missing) => {
            let available = Quantity::from_millionths(quantity.millionths() - missing.millionths());
            Err(short(unit, lot, quantity, available).await?)
        }
    }
}

/// So little is free: of the lot, where one is named.
async fn short(
    unit: &Unit,
    lot: Option<LotId>,
    wanted: Quantity,
    available: Quantity,
) -> Result<Error, data::Error> {
    let lot = match lot {
        Some(lot) => store::lot::find(unit, lot).await?,
        None => None,
    };
    Ok(match lot {
        Some(lot) => Error::InsufficientStockOfLot { lot: lot.code, wanted, available },
        None => Error::InsufficientStock { wanted, available },
    })
}
