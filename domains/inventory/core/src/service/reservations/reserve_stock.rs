//! Promises stock. Of two that race for the last unit, the database lets one through.

use crate::App;
use crate::domain::place::Place;
use crate::domain::reservation::{MAX_PIECES, Portions, Reservation, check_expires_at};
use crate::domain::unique::unique;
use crate::domain::{stock, text};
use crate::error::Error;
use crate::jobs::ExpireReservation;
use crate::service::ledger::hold::hold;
use crate::service::ledger::receive_stock::MAX_REFERENCE;
use crate::service::places::main_warehouse::ensure_main;
use crate::service::reordering::watch::watch;
use crate::store;
use crate::store::bin::{Expired, MAX_PICKS, Wanted};
use crate::store::reservation::NewReservation;
use chrono::{DateTime, Utc};
use data::{ActAs, AuditEntry, JobOptions, Unit};
use inventory_contract::{ItemId, LotId, ReservationId, StockReserved, WarehouseId};
use kernel::{Ctx, Faults, FieldError, Quantity};
use serde_json::json;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// In one request.
pub const MAX_LINES: usize = 100;

pub struct ReserveStock {
    /// The caller's own, if it has one.
    pub id: Option<ReservationId>,
    pub item: ItemId,
    /// The main one where nothing is said.
    pub warehouse: Option<WarehouseId>,
    pub lot: Option<LotId>,
    pub quantity: Quantity,
    pub expires_at: Option<DateTime<Utc>>,
    pub reference: Option<String>,
}

/// Where a fault is told: at `/quantity`, or at `/lines/0/quantity`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    One,
    Several,
}

impl Asked {
    fn at(self, index: usize, field: &str) -> String {
        match self {
            Self::One => format!("/{field}"),
            Self::Several => format!("/lines/{index}/{field}"),
        }
    }
}

pub async fn reserve_stock(app: &App, ctx: &Ctx, command: ReserveStock) -> Result<Reservation, Error> {
    let mut faults = Faults::new();
    let new = check(ctx, &mut faults, |field| Asked::One.at(0, field), command);
    let new = faults.finish(new).map_err(Error::invalid)?;
    let mut unit = app.databases.write(ctx).await?;
    if let Some(mut level) = reserve_fast(&unit, &new).await? {
        let reservation = promise(&mut unit, new, level.available()).await?;
        watch(&mut unit, ctx, &mut level).await?;
        return Ok(unit.commit(reservation).await?);
    }
    let mut reservations = reserve(&mut unit, ctx, Asked::One, vec![new]).await?;
    let reservation = reservations.pop().ok_or_else(|| data::Error::internal("no reservation"))?;
    Ok(unit.commit(reservation).await?)
}

/// Several at once, of which all are promised or none.
pub async fn reserve_several(
    app: &App,
    ctx: &Ctx,
    commands: Vec<ReserveStock>,
) -> Result<Vec<Reservation>, Error> {
    let mut faults = Faults::new();
    let allowed = (1..=MAX_LINES).contains(&commands.len());
    faults.require(allowed, "/lines", "out_of_range", "must have from 1 to 100 lines");
    let lines = commands.into_iter().take(MAX_LINES).enumerate();
    let new =
        lines.map(|(index, line)| check(ctx, &mut faults, |field| Asked::Several.at(index, field), line));
    let new: Vec<_> = new.collect();
    let new = faults.finish(new).map_err(Error::invalid)?;
    let mut unit = app.databases.write(ctx).await?;
    let reservations = reserve_lines(&mut unit, ctx, new).await?;
    Ok(unit.commit(reservations).await?)
}

fn check(
    ctx: &Ctx,
    faults: &mut Faults,
    at: impl Fn(&str) -> String,
    command: ReserveStock,
) -> NewReservation {
    stock::check_moved(faults, &at("quantity"), command.quantity);
    check_expires_at(faults, &at("expires_at"), command.expires_at, ctx.now());
    let reference = command.reference.as_deref();
    NewReservation {
        id: command.id.unwrap_or_else(|| ctx.new_id()),
        item: command.item,
        warehouse: command.warehouse.unwrap_or_else(|| Place::main(ctx.tenant()).warehouse),
        lot: command.lot,
        quantity: command.quantity,
        expires_at: command.expires_at,
        reference: text::optional_line(faults, &at("reference"), reference, MAX_REFERENCE),
    }
}

/// Two statements for what is nearly always true; the level afterwards.
async fn reserve_fast(unit: &Unit, new: &NewReservation) -> Result<Option<stock::Level>, data::Error> {
    if new.lot.is_some() {
        return Ok(None);
    }
    let NewReservation { item, warehouse, quantity, expires_at, .. } = *new;
    let Some(level) = store::stock_level::reserve(unit, item, quantity, expires_at).await? else {
        return Ok(None);
    };
    if store::warehouse_level::reserve(unit, item, warehouse, quantity).await? {
        return Ok(Some(level));
    }
    store::stock_level::give_back(unit, item, quantity).await?;
    Ok(None)
}

/// For use cases that go on in the same unit: what is refused is told line by line, and then nothing is written.
pub async fn reserve_lines(
    unit: &mut Unit,
    ctx: &Ctx,
    lines: Vec<NewReservation>,
) -> Result<Vec<Reservation>, Error> {
    reserve(unit, ctx, Asked::Several, lines).await
}

async fn reserve(
    unit: &mut Unit,
    ctx: &Ctx,
    asked: Asked,
    lines: Vec<NewReservation>,
) -> Result<Vec<Reservation>, Error> {
    let reserved = reserve_or_short(unit, ctx, asked, lines).await?;
    reserved.map_err(|shortages| match shortages.as_slice() {
        [Shortage { wanted, available, .. }] if asked == Asked::One => {
            Error::InsufficientStock { wanted: *wanted, available: *available }
        }
        shortages => Error::shortages(shortages),
    })
}

/// The same for who tells itself what is short.
pub async fn reserve_or_tell(
    unit: &mut Unit,
    ctx: &Ctx,
    lines: Vec<NewReservation>,
) -> Result<Result<Vec<Reservation>, Vec<Shortage>>, Error> {
    reserve_or_short(unit, ctx, Asked::Several, lines).await
}

async fn reserve_or_short(
    unit: &mut Unit,
    ctx: &Ctx,
    asked: Asked,
    lines: Vec<NewReservation>,
) -> Result<Result<Vec<Reservation>, Vec<Shortage>>, Error> {
    let items: Vec<ItemId> = lines.iter().map(|line| line.item).collect();
    let levels = hold(unit, ctx, &items).await?;
    let mut levels: BTreeMap<_, _> = levels.into_iter().map(|level| (level.item, level)).collect();
    check_named(unit, ctx, asked, &lines, &levels).await?;
    let shortages = take(unit, ctx, &lines, &mut levels).await?;
    if !shortages.is_empty() {
        return Ok(Err(shortages));
    }
    let mut reservations = Vec::with_capacity(lines.len());
    for line in lines {
        let available = levels.get(&line.item).map(|level| level.available()).unwrap_or_default();
        reservations.push(promise(unit, line, available).await?);
    }
    for level in levels.values_mut() {
        watch(unit, ctx, level).await?;
    }
    Ok(Ok(reservations))
}

/// The items, warehouses and lots that the lines name are there, and the warehouses stay until the unit ends.
async fn check_named(
    unit: &Unit,
    ctx: &Ctx,
    asked: Asked,
    lines: &[NewReservation],
    levels: &BTreeMap<ItemId, stock::Level>,
) -> Result<(), Error> {
    let main = Place::main(ctx.tenant()).warehouse;
    let named = lines.iter().map(|line| line.warehouse).filter(|warehouse| *warehouse != main);
    let floors = unique(named.map(|warehouse| Place::floor_of(warehouse).location));
    let floors = store::location::find_to_keep(unit, &floors).await?;
    let lots: Vec<LotId> = lines.iter().filter_map(|line| line.lot).collect();
    let lots = store::lot::find_all(unit, &lots).await?;
    let tracked = levels.values().filter(|level| level.tracked).map(|level| level.item);
    let tracked: Vec<ItemId> = tracked.collect();
    let tracked = store::item::moving(unit, &tracked).await?;
    let mut faults = Faults::new();
    for (index, line) in lines.iter().enumerate() {
        let mut check = |holds: bool, field: &str, code: &'static str, detail: &str| {
            faults.require(holds, &asked.at(index, field), code, detail);
        };
        let level = levels.get(&line.item);
        check(level.is_some(), "item_id", "unknown", "there is no such item");
        let kit = "is a kit: reserve its parts by POST /items/{id}/kit-reservations";
        check(level.is_none_or(|level| !level.kit), "item_id", "kit", kit);
        let warehouse =
            line.warehouse == main || floors.iter().any(|floor| floor.warehouse == line.warehouse);
        check(warehouse, "warehouse_id", "unknown", "there is no such warehouse");
        let of_item = |lot: LotId| lots.iter().any(|known| known.id == lot && known.item == line.item);
        check(line.lot.is_none_or(of_item), "lot_id", "unknown", "the item has no such lot");
        let portions = tracked.get(&line.item).map(|item| Portions::of(item.tracking));
        let one =
            portions.is_none_or(|portions| portions.more(Quantity::ZERO, line.quantity) == line.quantity);
        let detail = format!("must be whole and at most {MAX_PIECES}, since each piece has a serial number");
        check(one, "quantity", "not_pieces", &detail);
    }
    faults.finish(()).map_err(Error::invalid)
}

/// A line that is not covered, by its place among the lines.
#[derive(Debug)]
pub struct Shortage {
    pub index: usize,
    pub wanted: Quantity,
    pub available: Quantity,
}

impl Shortage {
    fn fault(&self) -> FieldError {
        let detail = format!("{} were asked for, and {} are available", self.wanted, self.available);
        let pointer = format!("/lines/{}/quantity", self.index);
        FieldError { pointer, code: "insufficient_stock".into(), detail }
    }
}

pub fn faults(shortages: &[Shortage]) -> Vec<FieldError> {
    shortages.iter().map(Shortage::fault).collect()
}

/// Line after line, so that what one takes is not there for the next of the same item.
async fn take(
    unit: &mut Unit,
    ctx: &Ctx,
    lines: &[NewReservation],
    levels: &mut BTreeMap<ItemId, stock::Level>,
) -> Result<Vec<Shortage>, Error> {
    let mut shortages = Vec::new();
    let items: Vec<ItemId> = levels.keys().copied().collect();
    let warehouses: Vec<WarehouseId> = lines.iter().map(|line| line.warehouse).collect();
    let there = store::warehouse_level::of(unit, &items, &warehouses).await?;
    let mut there: BTreeMap<_, _> =
        there.into_iter().map(|(item, warehouse, level)| ((item, warehouse), level)).collect();
    let known: BTreeSet<_> = there.keys().copied().collect();
    let mut free_of_lots = BTreeMap::new();
    let mut free = BTreeMap::new();
    for (index, line) in lines.iter().enumerate() {
        let at = (line.item, line.warehouse);
        let Some(level) = levels.get_mut(&line.item) else { continue };
        let here = there.get(&at).copied().unwrap_or_default();
        if let Entry::Vacant(vacant) = free.entry(at) {
            let expired = expired_of(unit, ctx, level).await?;
            level.expired = all_of(&expired, |_| true);
            let here_expired = all_of(&expired, |of| of.warehouse_id == line.warehouse);
            vacant.insert(here.available().millionths() - here_expired.millionths());
        }
        let mut available = free.get(&at).copied().unwrap_or_default();
        if let Some(lot) = line.lot {
            if let Entry::Vacant(vacant) = free_of_lots.entry((at, lot)) {
                vacant.insert(free_of_lot(unit, ctx, line, lot).await?);
            }
            available = available.min(free_of_lots.get(&(at, lot)).copied().unwrap_or_default());
        }
        let wanted = line.quantity.millionths();
        // Its policy lets more leave than there is, so it is promised too.
        if wanted > available && !level.may_be_negative {
            let available = Quantity::from_millionths(available);
            shortages.push(Shortage { index, wanted: line.quantity, available });
            continue;
        }
        free.entry(at).and_modify(|free| *free -= wanted);
        if let Some(lot) = line.lot {
            free_of_lots.entry((at, lot)).and_modify(|free| *free -= wanted);
        }
        let here = there.entry(at).or_default();
        here.reserved = here.reserved.saturating_add(line.quantity);
        level.reserved = level.reserved.saturating_add(line.quantity);
        level.revision += 1;
        level.next_expiry = [level.next_expiry, line.expires_at].into_iter().flatten().min();
    }
    if shortages.is_empty() {
        let (old, new): (Vec<_>, Vec<_>) = there.into_iter().partition(|(at, _)| known.contains(at));
        for ((item, warehouse), level) in &old {
            store::warehouse_level::write(unit, *item, *warehouse, level).await?;
        }
        let main = Place::main(ctx.tenant()).warehouse;
        if new.iter().any(|((_, warehouse), _)| *warehouse == main) {
            ensure_main(unit, ctx).await?;
        }
        // Where there was nothing, only what may be negative was promised.
        let new = new.into_iter().map(|((item, warehouse), level)| (item, warehouse, level, true));
        store::warehouse_level::insert_all(unit, ctx, &new.collect::<Vec<_>>()).await?;
        for level in levels.values() {
            store::stock_level::write(unit, level).await?;
        }
    }
    Ok(shortages)
}

/// What of the item at the warehouse is past its last day, in millionths.
pub async fn expired_at(
    unit: &Unit,
    ctx: &Ctx,
    level: &stock::Level,
    warehouse: WarehouseId,
) -> Result<i64, data::Error> {
    let expired = expired_of(unit, ctx, level).await?;
    Ok(all_of(&expired, |of| of.warehouse_id == warehouse).millionths())
}

async fn expired_of(unit: &Unit, ctx: &Ctx, level: &stock::Level) -> Result<Vec<Expired>, data::Error> {
    if !level.tracked {
        return Ok(Vec::new());
    }
    store::bin::expired_of(unit, &[level.item], ctx.now().date_naive()).await
}

fn all_of(expired: &[Expired], wanted: impl Fn(&Expired) -> bool) -> Quantity {
    let wanted = expired.iter().filter(|of| wanted(of)).map(|of| of.quantity.millionths());
    Quantity::from_millionths(wanted.fold(0, i64::saturating_add))
}

/// What of the lot is good, at the warehouse, and not promised by name.
async fn free_of_lot(unit: &Unit, ctx: &Ctx, line: &NewReservation, lot: LotId) -> Result<i64, data::Error> {
    let NewReservation { item, warehouse, .. } = *line;
    let (today, unpromised_at) = (ctx.now().date_naive(), Some(ctx.now()));
    let wanted = Wanted { item, warehouse, lot: Some(lot), today, unpromised_at };
    let free = store::bin::to_pick(unit, wanted, MAX_PICKS).await?;
    Ok(free.iter().map(|pick| pick.quantity.millionths()).sum())
}

/// The balances have it already.
async fn promise(unit: &mut Unit, new: NewReservation, available: Quantity) -> Result<Reservation, Error> {
    let reservation = store::reservation::insert(unit, new).await?;
    let Reservation { id, item, quantity, expires_at, .. } = reservation;
    unit.publish(&StockReserved {
        item,
        reservation: id,
        quantity,
        available,
        reference: reservation.reference.clone(),
    })?;
    if let Some(at) = expires_at {
        expire_later(unit, id, at)?;
    }
    unit.audit(AuditEntry {
        action: "inventory.stock.reserve",
        resource: "reservation",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!({
            "item": item, "quantity": quantity, "available": available, "expires_at": expires_at,
        })),
    })?;
    Ok(reservation)
}

/// A promise lapses by its time alone; this only writes it down.
pub fn expire_later(unit: &mut Unit, id: ReservationId, at: DateTime<Utc>) -> Result<(), data::Error> {
    let options = JobOptions { run_at: Some(at), act_as: ActAs::System, ..JobOptions::default() };
    unit.enqueue(&ExpireReservation { reservation: id }, options).map(|_| ())
}
