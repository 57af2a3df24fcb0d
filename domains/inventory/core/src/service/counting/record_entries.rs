//! What somebody counted. What the books had at that moment is kept beside it under the items' locks, so whatever moves until
//! the count is submitted is not taken for a variance. A second count of a shelf stands in place of the first.

use crate::App;
use crate::domain::count::{Count, CountLine, Found, MAX_ENTRIES, MAX_LINES, Shelf};
use crate::domain::item::Moving;
use crate::domain::ledger::Bin;
use crate::domain::lot::{LotInput, Tracking};
use crate::domain::place::{LocationUse, Place};
use crate::domain::stock;
use crate::domain::stock::Level;
use crate::domain::unique::unique;
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::service::ledger::named_lots::NamedLots;
use crate::service::ledger::receive_stock::in_item_unit;
use crate::service::places::find_place::fault;
use crate::store;
use crate::store::count::Progress;
use crate::store::count_line::NewLine;
use data::{AuditEntry, Unit};
use inventory_contract::{CountId, CountStatus, ItemId, LocationId, LotId};
use kernel::{Ctx, Faults, Quantity};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub struct Entry {
    pub item: ItemId,
    /// The count's own, or the floor of its warehouse, where nothing is said.
    pub location: Option<LocationId>,
    pub lot: Option<LotInput>,
    pub quantity: Quantity,
    /// The item's own where nothing is said.
    pub unit: Option<String>,
}

pub async fn record_entries(app: &App, ctx: &Ctx, id: CountId, entries: Vec<Entry>) -> Result<Count, Error> {
    let mut faults = Faults::new();
    let allowed = (1..=MAX_ENTRIES).contains(&entries.len());
    faults.require(allowed, "/entries", "out_of_range", "must have from 1 to 200 entries");
    for (at, entry) in entries.iter().enumerate().take(MAX_ENTRIES) {
        stock::check_level(&mut faults, &format!("/entries/{at}/quantity"), entry.quantity);
    }
    faults.finish(()).map_err(Error::invalid)?;

    let mut unit = app.databases.write(ctx).await?;
    let count = store::count::find_to_change(&unit, id).await?.ok_or(Error::CountNotFound)?;
    if count.status != CountStatus::Open {
        return Err(Error::CountState { status: count.status });
    }
    let items: Vec<ItemId> = entries.iter().map(|entry| entry.item).collect();
    let levels = hold(&mut unit, ctx, &items).await?;
    let levels: BTreeMap<ItemId, Level> = levels.into_iter().map(|level| (level.item, level)).collect();
    let moving = store::item::moving(&unit, &items).await?;
    check_known(&entries, &levels, &moving)?;
    check_places(&unit, &count, &entries).await?;
    let counted = read(&mut unit, ctx, &count, &levels, &moving, entries).await?;
    let books = books(&unit, &counted).await?;
    let lines: BTreeMap<Shelf, CountLine> =
        store::count_line::of(&unit, id).await?.into_iter().map(|line| (line.shelf, line)).collect();
    let before: Vec<Value> = counted.keys().filter_map(|shelf| was(&lines, shelf)).collect();
    let after: Vec<Value> = counted.iter().map(|(shelf, found)| shown(shelf, found.quantity)).collect();
    let mut new = Vec::new();
    for (shelf, found) in counted {
        let expected = books.get(&shelf).copied().unwrap_or_default();
        match lines.get(&shelf) {
            Some(line) => store::count_line::write_found(&unit, line.id, expected, &found).await?,
            None => new.push(NewLine { shelf, expected, found: Some(found) }),
        }
    }
    if lines.len() + new.len() > MAX_LINES {
        return Err(fault(
            "/entries",
            "too_many",
            "the count would have more than 1,000 lines; begin another",
        ));
    }
    store::count_line::insert_all(&unit, ctx, id, &new).await?;
    let totals = store::count_line::totals(&unit, id).await?;
    let count = store::count::advance(&unit, id, Progress { totals, ..Progress::of(&count) }).await?;
    unit.audit(AuditEntry {
        action: "inventory.count.record",
        resource: "count",
        resource_id: id.uuid(),
        before: Some(json!({ "counted": before })),
        after: Some(json!({ "counted": after })),
    })?;
    Ok(unit.commit(count).await?)
}

/// Without what the books say: the log is read before the count is submitted, too.
fn shown(shelf: &Shelf, quantity: Quantity) -> Value {
    json!({ "item": shelf.item, "location": shelf.location, "lot": shelf.lot, "quantity": quantity })
}

fn was(lines: &BTreeMap<Shelf, CountLine>, shelf: &Shelf) -> Option<Value> {
    let found = lines.get(shelf)?.found.as_ref()?;
    Some(shown(shelf, found.quantity))
}

fn check_known(
    entries: &[Entry],
    levels: &BTreeMap<ItemId, Level>,
    moving: &BTreeMap<ItemId, Moving>,
) -> Result<(), Error> {
    let known = |item: &ItemId| levels.contains_key(item) && moving.contains_key(item);
    let mut faults = Faults::new();
    for (at, _) in entries.iter().enumerate().filter(|(_, entry)| !known(&entry.item)) {
        faults.add(format!("/entries/{at}/item_id"), "unknown", "there is no such item");
    }
    faults.finish(()).map_err(Error::invalid)
}

fn location_of(count: &Count, entry: &Entry) -> LocationId {
    let own = count.location.unwrap_or_else(|| Place::floor_of(count.warehouse).location);
    entry.location.unwrap_or(own)
}

/// Of the count's place, and not on its way.
async fn check_places(unit: &Unit, count: &Count, entries: &[Entry]) -> Result<(), Error> {
    let wanted = unique(entries.iter().map(|entry| location_of(count, entry)));
    let kept = store::location::find_to_keep(unit, &wanted).await?;
    let is_there = |id: LocationId| {
        let found = kept.iter().find(|location| location.id == id);
        found.is_some_and(|found| {
            found.warehouse == count.warehouse
                && found.kind != LocationUse::Transit
                && count.location.is_none_or(|own| own == id)
        })
    };
    let mut faults = Faults::new();
    for (at, entry) in entries.iter().enumerate() {
        if !is_there(location_of(count, entry)) {
            faults.add(format!("/entries/{at}/location_id"), "elsewhere", "is not where this count is of");
        }
    }
    faults.finish(()).map_err(Error::invalid)
}

async fn read(
    unit: &mut Unit,
    ctx: &Ctx,
    count: &Count,
    levels: &BTreeMap<ItemId, Level>,
    moving: &BTreeMap<ItemId, Moving>,
    entries: Vec<Entry>,
) -> Result<BTreeMap<Shelf, Found>, Error> {
    let named = entries.iter().filter_map(|entry| Some((entry.item, entry.lot.as_ref()?.code.as_str())));
    let mut lots = NamedLots::read(unit, named).await?;
    let mut counted = BTreeMap::new();
    for (at, entry) in entries.into_iter().enumerate() {
        let place = format!("/entries/{at}");
        let moving = moving.get(&entry.item).ok_or(Error::ItemNotFound)?;
        let level = levels.get(&entry.item).ok_or(Error::ItemNotFound)?;
        let converted = in_item_unit(unit, moving, entry.quantity, entry.unit.as_deref()).await;
        let (quantity, entered) = converted.map_err(|error| error.below(&place))?;
        if moving.tracking == Tracking::Serial && quantity > Quantity::whole(1) {
            return Err(fault(
                &format!("{place}/quantity"),
                "not_one",
                "a serial number stands for one piece",
            ));
        }
        // A lot that nobody knew is made where some of it is found.
        let lot = if quantity == Quantity::ZERO {
            lots.find(moving, entry.lot.as_ref().map(|lot| lot.code.as_str()))
        } else {
            lots.find_or_make(ctx, moving, entry.lot.as_ref())
        };
        let lot = lot.map_err(|error| error.below(&place))?.map(|lot| lot.id);
        let shelf = Shelf { item: entry.item, location: location_of(count, &entry), lot };
        let found = Found {
            quantity,
            entered,
            sequence: level.last_sequence(),
            at: ctx.now(),
            by: ctx.actor().to_string(),
        };
        if counted.insert(shelf, found).is_some() {
            return Err(fault(&place, "repeated", "is counted twice; add the quantities up"));
        }
    }
    lots.insert_made(unit).await?;
    Ok(counted)
}

/// What lies on these shelves as their items are held.
async fn books(unit: &Unit, counted: &BTreeMap<Shelf, Found>) -> Result<BTreeMap<Shelf, Quantity>, Error> {
    let items: Vec<ItemId> = unique(counted.keys().map(|shelf| shelf.item));
    let locations: Vec<LocationId> = unique(counted.keys().map(|shelf| shelf.location));
    let lots: Vec<LotId> = unique(counted.keys().filter_map(|shelf| shelf.lot));
    let touched = store::bin::touched(unit, &items, &locations, &lots).await?;
    let shelf = |(item, bin, on_hand): (ItemId, Bin, Quantity)| {
        (Shelf { item, location: bin.location, lot: bin.lot }, on_hand)
    };
    Ok(touched.into_iter().map(shelf).collect())
}
