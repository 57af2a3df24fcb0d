//! The one way in which what is on hand changes: balances, movements and events of a posting, under the lock of its
//! items and in the caller's unit. Who posts has written its own audit entry, which says why.

use crate::domain::item::Moving;
use crate::domain::ledger::{Balances, Change, Promised, Refusal};
use crate::domain::lot::is_expired;
use crate::domain::movement::{Document, EnteredQuantity, Movement, MovementKind};
use crate::domain::place::Place;
use crate::domain::reservation::Reservation;
use crate::domain::stock::Level;
use crate::domain::unique::unique;
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::service::ledger::lots::watch_after;
use crate::service::places::main_warehouse::ensure_main;
use crate::service::reordering::watch::watch;
use crate::service::selling::serve_backorders::serve_later;
use crate::service::valuation::value_movements::{ToValue, value};
use crate::store;
use crate::store::bin::NewBin;
use chrono::{DateTime, NaiveDate, Utc};
use data::Unit;
use inventory_contract::{ItemId, LotId, MovementId, StockMoved, StockReceived, StockShipped};
use kernel::{Ctx, Money, Quantity};
use std::collections::{BTreeMap, BTreeSet};

/// A change of what is on hand, of one item at one place.
#[derive(Clone, Debug)]
pub struct Posting {
    pub item: ItemId,
    pub place: Place,
    pub lot: Option<LotId>,
    pub kind: MovementKind,
    /// Negative when stock leaves.
    pub quantity: Quantity,
    pub entered: Option<EnteredQuantity>,
    pub happened_at: DateTime<Utc>,
    /// The promise that it keeps, which is settled already.
    pub reservation: Option<Reservation>,
    pub document: Option<Document>,
    pub reverses: Option<MovementId>,
    /// Of what comes in, where somebody says so; the item's own otherwise.
    pub unit_cost: Option<Money>,
    /// What all of it cost, where that is known and no cost of a unit says it exactly.
    pub total_cost: Option<Money>,
    pub reference: Option<String>,
    pub reason: Option<String>,
}

impl Posting {
    /// Now, at a place, and nothing more to say of it.
    pub fn new(ctx: &Ctx, item: ItemId, place: Place, kind: MovementKind, quantity: Quantity) -> Self {
        Self {
            item,
            place,
            lot: None,
            kind,
            quantity,
            entered: None,
            happened_at: ctx.now(),
            reservation: None,
            document: None,
            reverses: None,
            unit_cost: None,
            total_cost: None,
            reference: None,
            reason: None,
        }
    }
}

pub struct Posted {
    /// In the order of the postings.
    pub movements: Vec<Movement>,
    /// As they are now.
    pub levels: BTreeMap<ItemId, Level>,
}

/// A posting that is refused, by its place in what was asked for.
#[derive(Debug)]
pub struct Refused {
    pub index: usize,
    pub refusal: Refusal,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::refused(refused.refusal)
    }
}

/// Items that are held, as they are then: until the unit ends only their holder changes them.
pub struct Held {
    levels: Vec<Level>,
    pub moving: BTreeMap<ItemId, Moving>,
}

impl Held {
    pub async fn read(unit: &mut Unit, ctx: &Ctx, items: &[ItemId]) -> Result<Self, Error> {
        let levels = hold(unit, ctx, items).await?;
        Ok(Self { levels, moving: store::item::moving(unit, items).await? })
    }
}

/// All of it, or nothing and an error.
pub async fn post(unit: &mut Unit, ctx: &Ctx, postings: &[Posting]) -> Result<Posted, Error> {
    Ok(post_or_refuse(unit, ctx, postings).await??)
}

/// One posting, of the item that is held: the movement, and what is on hand then.
pub async fn post_one(
    unit: &mut Unit,
    ctx: &Ctx,
    held: Held,
    posting: Posting,
) -> Result<(Movement, Quantity), Error> {
    let item = posting.item;
    let posted = post_held(unit, ctx, held, &[posting]).await??;
    let on_hand = posted.levels.get(&item).map(|level| level.on_hand).unwrap_or_default();
    let movement = posted.movements.into_iter().next().ok_or(Error::ItemNotFound)?;
    Ok((movement, on_hand))
}

/// Like `post`, for who wants to say which of its lines cannot be. Nothing is written then.
pub async fn post_or_refuse(
    unit: &mut Unit,
    ctx: &Ctx,
    postings: &[Posting],
) -> Result<Result<Posted, Refused>, Error> {
    let items = unique(postings.iter().map(|posting| posting.item));
    let held = Held::read(unit, ctx, &items).await?;
    post_held(unit, ctx, held, postings).await
}

/// The same of items that the caller holds, those of the postings alone, with their levels as they were read.
pub async fn post_held(
    unit: &mut Unit,
    ctx: &Ctx,
    held: Held,
    postings: &[Posting],
) -> Result<Result<Posted, Refused>, Error> {
    let Held { levels, moving } = held;
    let mut books = Books::read(unit, ctx, levels, &moving, postings).await?;
    let before = books.balances.clone();
    let mut movements = Vec::with_capacity(postings.len());
    for (index, posting) in postings.iter().enumerate() {
        let balances = books.balances.get_mut(&posting.item).ok_or(Error::ItemNotFound)?;
        if let Err(refusal) = balances.apply(&change(posting)) {
            return Ok(Err(Refused { index, refusal }));
        }
        movements.push((movement(ctx, posting, &balances.level), balances.level.on_hand));
    }
    let kept = |posting: &Posting| books.balances.get(&posting.item).is_some_and(Balances::keeps_kit);
    if let Some(index) = postings.iter().position(kept) {
        return Ok(Err(Refused { index, refusal: Refusal::OfKit }));
    }
    books.write(unit, ctx, &before).await?;
    for (movement, on_hand) in &movements {
        publish(unit, movement, *on_hand)?;
    }
    let movements: Vec<Movement> = movements.into_iter().map(|(movement, _)| movement).collect();
    store::movement::insert_all(unit, &movements).await?;
    let costs = movements.iter().zip(postings).map(|(movement, posting)| {
        let Posting { unit_cost, total_cost, .. } = *posting;
        ToValue { movement, unit_cost, total_cost }
    });
    let held = before.iter().map(|(item, balances)| (*item, balances.level)).collect();
    value(unit, ctx, &moving, &held, &costs.collect::<Vec<_>>()).await?;
    for level in books.balances.values().map(|balances| balances.level).filter(|level| level.awaited) {
        if postings.iter().any(|posting| posting.item == level.item && posting.quantity.is_positive()) {
            serve_later(unit, &level)?;
        }
    }
    for (item, balances) in &mut books.balances {
        if before.get(item).is_some_and(|was| was.level != balances.level) {
            watch(unit, ctx, &mut balances.level).await?;
        }
    }
    let levels = books.balances.into_iter().map(|(item, balances)| (item, balances.level)).collect();
    Ok(Ok(Posted { movements, levels }))
}

fn change(posting: &Posting) -> Change {
    let promised = if posting.reservation.is_some() { Promised::ToReceiver } else { Promised::ToNobody };
    Change { place: posting.place, lot: posting.lot, quantity: posting.quantity, promised }
}

fn movement(ctx: &Ctx, posting: &Posting, level: &Level) -> Movement {
    Movement {
        id: ctx.new_id(),
        item: posting.item,
        warehouse: posting.place.warehouse,
        location: posting.place.location,
        lot: posting.lot,
        sequence: level.last_sequence(),
        kind: posting.kind,
        quantity: posting.quantity,
        entered: posting.entered.clone(),
        happened_at: posting.happened_at,
        recorded_at: ctx.now(),
        reservation: posting.reservation.as_ref().map(|reservation| reservation.id),
        document: posting.document,
        reverses: posting.reverses,
        reference: posting.reference.clone(),
        actor: ctx.actor().to_string(),
        reason: posting.reason.clone(),
    }
}

fn publish(unit: &mut Unit, movement: &Movement, on_hand: Quantity) -> Result<(), data::Error> {
    let Movement { item, sequence, quantity, happened_at, .. } = *movement;
    let reference = movement.reference.clone();
    match (movement.kind, movement.reservation, movement.reverses) {
        (MovementKind::Receipt, _, None) => unit.publish(&StockReceived {
            item,
            movement: movement.id,
            sequence,
            quantity,
            on_hand,
            happened_at,
            reference,
            warehouse: Some(movement.warehouse),
            location: Some(movement.location),
            lot: movement.lot,
        }),
        (MovementKind::Shipment, Some(reservation), None) => unit.publish(&StockShipped {
            item,
            reservation,
            movement: movement.id,
            sequence,
            quantity: -quantity,
            on_hand,
            happened_at,
            reference,
            warehouse: Some(movement.warehouse),
            location: Some(movement.location),
            lot: movement.lot,
        }),
        _ => unit.publish(&StockMoved {
            item,
            movement: movement.id,
            sequence,
            movement_kind: movement.kind.name().to_owned(),
            warehouse: movement.warehouse,
            location: movement.location,
            lot: movement.lot,
            quantity,
            on_hand,
            happened_at,
            reverses: movement.reverses,
            reason: movement.reason.clone(),
        }),
    }
}

/// The balances of the items of a posting, and the last days of its lots.
struct Books {
    balances: BTreeMap<ItemId, Balances>,
    last_days: BTreeMap<LotId, Option<NaiveDate>>,
}

impl Books {
    async fn read(
        unit: &Unit,
        ctx: &Ctx,
        levels: Vec<Level>,
        moving: &BTreeMap<ItemId, Moving>,
        postings: &[Posting],
    ) -> Result<Self, Error> {
        let tracking = |item: ItemId| moving.get(&item).map(|moving| moving.tracking);
        let mut books = BTreeMap::new();
        for level in levels {
            let Some(tracking) = tracking(level.item) else { continue };
            books.insert(level.item, Balances::of(level, tracking));
        }
        let items: Vec<ItemId> = books.keys().copied().collect();
        let warehouses = unique(postings.iter().map(|posting| posting.place.warehouse));
        for (item, warehouse, level) in store::warehouse_level::of(unit, &items, &warehouses).await? {
            if let Some(balances) = books.get_mut(&item) {
                balances.warehouses.insert(warehouse, level);
            }
        }
        let locations = unique(postings.iter().map(|posting| posting.place.location));
        let lots = unique(postings.iter().filter_map(|posting| posting.lot));
        for (item, bin, on_hand) in store::bin::touched(unit, &items, &locations, &lots).await? {
            if let Some(balances) = books.get_mut(&item) {
                balances.bins.insert(bin, on_hand);
            }
        }
        let today = ctx.now().date_naive();
        let tracked = books.values().filter(|balances| balances.tracking.is_tracked());
        let tracked: Vec<ItemId> = tracked.map(|balances| balances.level.item).collect();
        for expired in store::bin::expired_of(unit, &tracked, today).await? {
            if let Some(balances) = books.get_mut(&expired.item_id) {
                balances.expired.insert(expired.warehouse_id, expired.quantity);
            }
        }
        let lots = store::lot::find_all(unit, &lots).await?.into_iter();
        let last_days: BTreeMap<_, _> = lots.map(|lot| (lot.id, lot.expires_on)).collect();
        let expired_lots = last_days.iter().filter(|(_, last)| is_expired(**last, today));
        let expired_lots: BTreeSet<LotId> = expired_lots.map(|(lot, _)| *lot).collect();
        for balances in books.values_mut().filter(|balances| balances.tracking.is_tracked()) {
            let item = balances.level.item;
            let promised = store::reservation::of_lots(unit, ctx.now(), item).await?.into_iter();
            balances.lots = promised.map(|of| ((of.warehouse_id, of.lot_id), of.quantity)).collect();
            balances.expired_lots.clone_from(&expired_lots);
        }
        Ok(Self { balances: books, last_days })
    }

    /// What is not as it was before.
    async fn write(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        before: &BTreeMap<ItemId, Balances>,
    ) -> Result<(), Error> {
        let (mut new_levels, mut new_bins) = (Vec::new(), Vec::new());
        for (item, balances) in &self.balances {
            let Some(was) = before.get(item) else { continue };
            let may_be_negative = balances.level.may_be_negative;
            if balances.level != was.level {
                store::stock_level::write(unit, &balances.level).await?;
            }
            for (warehouse, level) in &balances.warehouses {
                match was.warehouses.get(warehouse) {
                    Some(was) if was == level => {}
                    Some(_) => store::warehouse_level::write(unit, *item, *warehouse, level).await?,
                    None => new_levels.push((*item, *warehouse, *level, may_be_negative)),
                }
            }
            for (bin, on_hand) in &balances.bins {
                match (was.bins.get(bin), bin.lot) {
                    (Some(was), _) if was == on_hand => {}
                    (Some(_), Some(lot)) if *on_hand == Quantity::ZERO => {
                        store::bin::remove(unit, *item, bin.location, lot).await?;
                    }
                    (Some(_), _) => store::bin::write(unit, *item, bin, *on_hand).await?,
                    (None, Some(_)) if *on_hand == Quantity::ZERO => {}
                    (None, lot) => {
                        let expires_on = lot.and_then(|lot| self.last_days.get(&lot).copied().flatten());
                        let (item, bin, on_hand) = (*item, *bin, *on_hand);
                        new_bins.push(NewBin { item, bin, expires_on, on_hand, may_be_negative });
                    }
                }
            }
        }
        let main = Place::main(unit.tenant()).warehouse;
        if new_levels.iter().any(|(_, warehouse, ..)| *warehouse == main) {
            ensure_main(unit, ctx).await?;
        }
        store::warehouse_level::insert_all(unit, ctx, &new_levels).await?;
        store::bin::insert_all(unit, ctx, &new_bins).await?;
        let last_days = new_bins.iter().filter_map(|new| Some((new.item, new.expires_on?)));
        for (item, last_day) in last_days.collect::<BTreeSet<_>>() {
            watch_after(unit, ctx, item, last_day)?;
        }
        Ok(())
    }
}
