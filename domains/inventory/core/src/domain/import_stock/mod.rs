//! One row of a file as a count of what lies in one bin, and what it takes to undo it. What the count changes is decided
//! by the rules of the ledger, on balances that know of the earlier rows.

use crate::domain::import_row::{Field, FieldKind, check_names, day, field, quantity};
use crate::domain::ledger::{Balances, Bin, Change, Promised, Refusal, WarehouseLevel};
use crate::domain::lot::{LotInput, MAX_LOT_CODE, Tracking, is_expired};
use crate::domain::place::{FLOOR, LocationUse, MAIN, Place};
use crate::domain::sku::Sku;
use crate::domain::stock::{self, Level};
use crate::domain::text;
use chrono::NaiveDate;
use inventory_contract::{ItemId, LocationId, LotId, WarehouseId};
use kernel::{Faults, FieldError, Quantity};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

pub const FIELDS: [Field; 7] = [
    field("sku", "The item's code", true, FieldKind::Text),
    field("warehouse", "The warehouse's code; the main one without it", false, FieldKind::Text),
    field("location", "The location's code; the warehouse's floor without it", false, FieldKind::Text),
    field("lot", "Which lot, of an item that is tracked by lots", false, FieldKind::Text),
    field("serial", "Which piece, of an item that is tracked by serial numbers", false, FieldKind::Text),
    field("expires_on", "The last day of a lot that is new: 2027-03-31", false, FieldKind::Date),
    field(
        "on_hand",
        "How much of it lies there; the difference becomes a movement",
        true,
        FieldKind::Decimal,
    ),
];

/// What a row names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// None where it cannot be read.
    pub sku: Option<Sku>,
    pub warehouse: Option<String>,
    pub location: Option<String>,
    /// Or serial number.
    pub lot: Option<String>,
    is_serial: bool,
}

/// An item, with all that a count of it is decided upon, and what earlier rows of the file made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockThere {
    pub item: ItemId,
    pub tracking: Tracking,
    pub may_be_negative: bool,
    pub kit: bool,
    pub on_hand: Quantity,
    pub blocked: Quantity,
    pub reserved: Quantity,
    pub warehouses: BTreeMap<WarehouseId, Here>,
    pub by_file: ByFile,
}

/// What an item has at one warehouse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Here {
    pub on_hand: Quantity,
    pub blocked: Quantity,
    pub reserved: Quantity,
    /// In storage past its last day.
    pub expired: Quantity,
}

/// What earlier rows did that is not in the sums.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByFile {
    /// Lots that are new, with their last days.
    made: BTreeMap<String, Option<NaiveDate>>,
    /// What has moved, by warehouse and lot, of lots that are promised by name there.
    moved: BTreeMap<String, Quantity>,
    /// What lies in bins that two rows may name differently, as the last of them counted it.
    counted: BTreeMap<String, Quantity>,
}

/// What a row names beside its item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BinNamed {
    pub spot: Spot,
    pub on_hand: Quantity,
    pub lot: Option<LotThere>,
    pub today: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Spot {
    NoWarehouse,
    NoLocation,
    /// A place that bears another code than the one which stands for a blank cell may be named by both.
    At {
        place: Place,
        has_two_names: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LotThere {
    pub id: LotId,
    pub expires_on: Option<NaiveDate>,
    /// By name, at the warehouse of the row.
    pub promised: Quantity,
    /// Where else it lies.
    pub elsewhere: Vec<LotBin>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LotBin {
    pub warehouse: WarehouseId,
    pub location: LocationId,
    pub sellable: bool,
    pub on_hand: Quantity,
}

/// What a row does, and how it was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockChange {
    pub item: ItemId,
    pub place: Place,
    pub lot: Option<LotInput>,
    pub before: Quantity,
    /// What has to move for there to be as much as the row says.
    pub moved: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    Changed { change: Box<StockChange>, after: Box<StockThere> },
    Unchanged(ItemId),
}

impl Said {
    pub fn of(values: &BTreeMap<String, String>) -> Self {
        let sku = cell(values, "sku").and_then(|sku| sku.parse().ok());
        let code = |name: &str| cell(values, name).map(str::to_ascii_uppercase);
        let (lot, serial) = (cell(values, "lot"), cell(values, "serial"));
        Self {
            sku,
            warehouse: code("warehouse"),
            location: code("location"),
            lot: lot.or(serial).map(str::to_owned),
            is_serial: lot.is_none() && serial.is_some(),
        }
    }

    /// The item's, and in one form for all rows that name the same bin its own. A blank place is called as the first one
    /// is until it is renamed. A piece with a serial number lies in one bin, so it has one row.
    pub fn keys(&self) -> Option<(String, String)> {
        let Self { sku, warehouse, location, lot, is_serial } = self;
        let sku = sku.as_ref()?;
        let lot = lot.as_deref().unwrap_or_default();
        if *is_serial {
            return Some((sku.to_string(), format!("{:?}", [sku.as_str(), lot])));
        }
        let (warehouse, location) =
            (warehouse.as_deref().unwrap_or(MAIN), location.as_deref().unwrap_or(FLOOR));
        Some((sku.to_string(), format!("{:?}", [sku.as_str(), warehouse, location, lot])))
    }
}

/// What becomes of a row. All faults of the row at once.
pub fn decide(
    values: &BTreeMap<String, String>,
    there: Option<&StockThere>,
    named: &BinNamed,
) -> Result<Decided, Vec<FieldError>> {
    let mut faults = Faults::new();
    check_names(&mut faults, values, &FIELDS);
    check_item(&mut faults, values, there);
    let place = check_place(&mut faults, values, &named.spot);
    let lot = check_lot(&mut faults, values, there, named);
    let counted = check_count(&mut faults, values, there);
    let (Some(there), Some((place, has_two_names)), Some(counted), true) =
        (there, place, counted, faults.is_empty())
    else {
        return Err(faults.into_errors());
    };
    let bin = bin_name(place, lot.as_ref());
    let on_hand = there.by_file.counted.get(&bin).copied().unwrap_or(named.on_hand);
    let Ok(moved) = counted.checked_sub(on_hand) else {
        faults.add("/on_hand", "too_large", "is too much at once");
        return Err(faults.into_errors());
    };
    if moved == Quantity::ZERO {
        return Ok(Decided::Unchanged(there.item));
    }
    let mut after = there.clone();
    let change = StockChange { item: there.item, place, lot, before: on_hand, moved };
    if let Err(refusal) = after.apply(&change, named) {
        refused(&mut faults, &refusal);
        return Err(faults.into_errors());
    }
    if has_two_names {
        after.by_file.counted.insert(bin, counted);
    }
    Ok(Decided::Changed { change: Box::new(change), after: Box::new(after) })
}

/// What lies in a bin, with what it is called by.
pub struct BinShown<'a> {
    pub sku: &'a Sku,
    pub tracking: Tracking,
    pub warehouse: &'a str,
    pub location: &'a str,
    pub lot: Option<&'a LotInput>,
    pub on_hand: Quantity,
}

/// A bin as a row that would leave it unchanged.
pub fn exported(bin: &BinShown<'_>) -> BTreeMap<String, String> {
    let code = |tracking: Tracking| bin.lot.filter(|_| bin.tracking == tracking).map(|lot| lot.code.clone());
    let cells = [
        ("sku", Some(bin.sku.to_string())),
        ("warehouse", Some(bin.warehouse.to_owned())),
        ("location", Some(bin.location.to_owned())),
        ("lot", code(Tracking::Lot)),
        ("serial", code(Tracking::Serial)),
        ("expires_on", bin.lot.and_then(|lot| lot.expires_on).map(|day| day.to_string())),
        ("on_hand", Some(bin.on_hand.to_string())),
    ];
    cells.into_iter().filter_map(|(name, cell)| Some((name.to_owned(), cell?))).collect()
}

impl StockThere {
    /// By the rules of the ledger, which are asked again when it is written.
    fn apply(&mut self, change: &StockChange, named: &BinNamed) -> Result<(), Refusal> {
        let StockChange { place, moved, .. } = *change;
        let code = change.lot.as_ref().map(|lot| lot.code.clone()).unwrap_or_default();
        let lot = change.lot.as_ref().map(|_| match &named.lot {
            Some(lot) => lot.id,
            None => LotId::from_uuid(Uuid::nil()),
        });
        let of_lot = format!("{} {code}", place.warehouse);
        let mut balances = self.balances();
        balances.bins.insert(Bin::at(place, lot), change.before);
        if let (Some(lot), Some(there)) = (lot, &named.lot) {
            for LotBin { warehouse, location, sellable, on_hand } in there.elsewhere.iter().copied() {
                balances.bins.insert(Bin { warehouse, location, sellable, lot: Some(lot) }, on_hand);
            }
            // Of other bins: what earlier rows moved in this one is in what lies there.
            let here = change.before.saturating_sub(named.on_hand);
            let moved = self.by_file.moved.get(&of_lot).copied().unwrap_or_default();
            let moved = moved.saturating_sub(here);
            let nowhere = LocationId::from_uuid(Uuid::nil());
            let bin = Bin { warehouse: place.warehouse, location: nowhere, sellable: true, lot: Some(lot) };
            balances.bins.insert(bin, moved);
            balances.lots.insert((place.warehouse, lot), there.promised);
        }
        let last_day = match &named.lot {
            Some(lot) => lot.expires_on,
            None => self.by_file.made.get(&code).copied().flatten().or(change.expires_on()),
        };
        balances.expired_lots.extend(lot.filter(|_| is_expired(last_day, named.today)));
        balances.apply(&Change { place, lot, quantity: moved, promised: Promised::ToNobody })?;
        self.take(&balances);
        if named.lot.as_ref().is_some_and(|lot| lot.promised.is_positive()) && place.kind.sellable() {
            let so_far = self.by_file.moved.entry(of_lot).or_default();
            *so_far = so_far.saturating_add(moved);
        }
        // A serial number stands in the file once.
        if named.lot.is_none() && self.tracking == Tracking::Lot {
            self.by_file.made.entry(code).or_insert(change.expires_on());
        }
        Ok(())
    }

    fn balances(&self) -> Balances {
        let level = Level {
            on_hand: self.on_hand,
            blocked: self.blocked,
            reserved: self.reserved,
            may_be_negative: self.may_be_negative,
            tracked: self.tracking.is_tracked(),
            kit: self.kit,
            ..Level::empty(self.item)
        };
        let mut balances = Balances::of(level, self.tracking);
        for (warehouse, Here { on_hand, blocked, reserved, expired }) in &self.warehouses {
            let (on_hand, blocked, reserved) = (*on_hand, *blocked, *reserved);
            balances.warehouses.insert(*warehouse, WarehouseLevel { on_hand, blocked, reserved });
            balances.expired.insert(*warehouse, *expired);
        }
        balances
    }

    fn take(&mut self, balances: &Balances) {
        let Level { on_hand, blocked, reserved, .. } = balances.level;
        (self.on_hand, self.blocked, self.reserved) = (on_hand, blocked, reserved);
        for (warehouse, WarehouseLevel { on_hand, blocked, reserved }) in &balances.warehouses {
            let (on_hand, blocked, reserved) = (*on_hand, *blocked, *reserved);
            let expired = balances.expired.get(warehouse).copied().unwrap_or_default();
            self.warehouses.insert(*warehouse, Here { on_hand, blocked, reserved, expired });
        }
    }
}

impl StockChange {
    fn expires_on(&self) -> Option<NaiveDate> {
        self.lot.as_ref().and_then(|lot| lot.expires_on)
    }

    /// What lies in the bin once the row is written.
    pub fn left(&self) -> Quantity {
        self.before.saturating_add(self.moved)
    }
}

fn bin_name(place: Place, lot: Option<&LotInput>) -> String {
    format!("{} {}", place.location, lot.map(|lot| lot.code.as_str()).unwrap_or_default())
}

fn check_item(faults: &mut Faults, values: &BTreeMap<String, String>, there: Option<&StockThere>) {
    match (cell(values, "sku").unwrap_or_default().parse::<Sku>(), there) {
        (Err(error), _) => faults.add("/sku", error.code(), error.to_string()),
        (Ok(sku), None) => faults.add("/sku", "unknown", format!("there is no item {sku}: make it first")),
        (Ok(_), Some(there)) if there.kit => {
            faults.add("/sku", "kit", "is a kit, of which nothing is stocked: count its parts");
        }
        (Ok(_), Some(_)) => {}
    }
}

fn check_place(faults: &mut Faults, values: &BTreeMap<String, String>, spot: &Spot) -> Option<(Place, bool)> {
    let named = |name: &str, blank: &str| cell(values, name).unwrap_or(blank).to_owned();
    match spot {
        Spot::NoWarehouse => {
            let detail = format!("there is no warehouse {}: make it first", named("warehouse", MAIN));
            faults.add("/warehouse", "unknown", detail);
            None
        }
        Spot::NoLocation => {
            let detail = format!("the warehouse has no location {}: make it first", named("location", FLOOR));
            faults.add("/location", "unknown", detail);
            None
        }
        Spot::At { place, .. } if place.kind == LocationUse::Transit => {
            faults.add("/location", "in_transit", "goods come there and leave it by a transfer alone");
            None
        }
        Spot::At { place, has_two_names } => Some((*place, *has_two_names)),
    }
}

/// None where the item is not tracked, and where something is wrong.
fn check_lot(
    faults: &mut Faults,
    values: &BTreeMap<String, String>,
    there: Option<&StockThere>,
    named: &BinNamed,
) -> Option<LotInput> {
    let expires_on = cell(values, "expires_on").and_then(|text| day(faults, "/expires_on", text));
    let tracking = there.map(|there| there.tracking);
    for (field, by, what) in
        [("lot", Tracking::Lot, "tracked by lots"), ("serial", Tracking::Serial, "tracked by serial numbers")]
    {
        let (pointer, given) = (format!("/{field}"), cell(values, field).is_some());
        if tracking == Some(by) && !given {
            faults.add(pointer, "required", format!("is required: the item is {what}"));
        } else if tracking.is_some_and(|tracking| tracking != by) && given {
            faults.add(pointer, "not_tracked", format!("must be left out: the item is not {what}"));
        }
    }
    if tracking == Some(Tracking::None) && expires_on.is_some() {
        faults.add("/expires_on", "not_tracked", "must be left out: the item is not tracked");
    }
    let field = if cell(values, "lot").is_some() { "lot" } else { "serial" };
    let code = text::line(faults, &format!("/{field}"), cell(values, field)?, MAX_LOT_CODE);
    let made = there.and_then(|there| there.by_file.made.get(&code).copied());
    let known = named.lot.as_ref().map(|lot| lot.expires_on).or(made);
    if expires_on.is_some() && known.is_some_and(|known| known != expires_on) {
        faults.add("/expires_on", "differs", "the lot is known with another last day; change the lot");
    }
    Some(LotInput { code, expires_on })
}

fn check_count(
    faults: &mut Faults,
    values: &BTreeMap<String, String>,
    there: Option<&StockThere>,
) -> Option<Quantity> {
    let Some(counted) = cell(values, "on_hand") else {
        faults.add("/on_hand", "required", "is required: 0 where nothing lies there");
        return None;
    };
    let counted = quantity(faults, "/on_hand", counted)?;
    stock::check_level(faults, "/on_hand", counted);
    let serial = there.is_some_and(|there| there.tracking == Tracking::Serial);
    let one = counted == Quantity::ZERO || counted == Quantity::whole(1);
    faults.require(
        !serial || one,
        "/on_hand",
        "not_one",
        "must be 1 or 0: a serial number stands for one piece",
    );
    Some(counted)
}

fn refused(faults: &mut Faults, refusal: &Refusal) {
    match refusal {
        Refusal::Promised { available, .. } => {
            let detail = format!("at most {available} of it may go from there: the rest is reserved");
            faults.add("/on_hand", "below_reserved", detail);
        }
        Refusal::SerialTaken => {
            faults.add("/serial", "lies_elsewhere", "is in stock elsewhere: transfer it from there");
        }
        Refusal::TooMuch => faults.add("/on_hand", "too_large", refusal.to_string()),
        Refusal::OfKit => faults.add("/sku", "kit", refusal.to_string()),
        Refusal::NotThere { .. } | Refusal::SerialNotOne => {
            faults.add("/on_hand", "not_there", refusal.to_string());
        }
        Refusal::LotMissing | Refusal::LotUnwanted => faults.add("/lot", "not_tracked", refusal.to_string()),
    }
}

fn cell<'a>(values: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests;
