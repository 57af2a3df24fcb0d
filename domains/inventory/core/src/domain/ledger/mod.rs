//! What a movement does to the balances it touches, and when it may not. The caller holds the item's row, so what is
//! decided here is still true when it is written.

use crate::domain::lot::Tracking;
use crate::domain::place::Place;
use crate::domain::stock::{Level, MAX_ON_HAND};
use inventory_contract::{LocationId, LotId, WarehouseId};
use kernel::Quantity;
use std::collections::{BTreeMap, BTreeSet};

/// What an item has at one warehouse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WarehouseLevel {
    pub on_hand: Quantity,
    /// Of that, what cannot be promised: in quarantine, or on its way.
    pub blocked: Quantity,
    pub reserved: Quantity,
}

impl WarehouseLevel {
    /// Below nothing where an item may be, and is.
    pub fn available(&self) -> Quantity {
        Quantity::from_millionths(
            self.on_hand
                .millionths()
                .saturating_sub(self.blocked.millionths())
                .saturating_sub(self.reserved.millionths()),
        )
    }
}

/// A place, and the lot that lies there, if the item has lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bin {
    pub warehouse: WarehouseId,
    pub location: LocationId,
    /// Of the location, which keeps its kind.
    pub sellable: bool,
    pub lot: Option<LotId>,
}

impl Bin {
    pub fn at(place: Place, lot: Option<LotId>) -> Self {
        let Place { warehouse, location, kind } = place;
        Self { warehouse, location, sellable: kind.sellable(), lot }
    }
}

/// The balances of one item that a change touches, as they stand under its lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balances {
    pub level: Level,
    pub tracking: Tracking,
    pub warehouses: BTreeMap<WarehouseId, WarehouseLevel>,
    /// Of a lot that is touched, all of them.
    pub bins: BTreeMap<Bin, Quantity>,
    /// What is promised of a lot by name, but for the promises that this keeps.
    pub lots: BTreeMap<(WarehouseId, LotId), Quantity>,
    /// Of the lots that are touched, those past their last day.
    pub expired_lots: BTreeSet<LotId>,
    /// What lies in storage past its last day: it covers no promise.
    pub expired: BTreeMap<WarehouseId, Quantity>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub place: Place,
    pub lot: Option<LotId>,
    /// Negative when stock leaves.
    pub quantity: Quantity,
    /// Whom what leaves was promised to.
    pub promised: Promised,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promised {
    ToNobody,
    /// The promise is kept by this, and holds nothing any more.
    ToReceiver,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{wanted} were to leave, and {there} are there")]
    NotThere { wanted: Quantity, there: Quantity },
    #[error("{wanted} were to leave, and {available} are not promised")]
    Promised { wanted: Quantity, available: Quantity },
    #[error("there would be more than can be kept")]
    TooMuch,
    #[error("the item is tracked, so a movement names its lot")]
    LotMissing,
    #[error("the item is not tracked, so a movement names no lot")]
    LotUnwanted,
    #[error("a serial number stands for one piece")]
    SerialNotOne,
    #[error("this serial number is in stock already")]
    SerialTaken,
    #[error("the item is a kit, of which nothing is stocked")]
    OfKit,
}

impl Balances {
    /// Of an item that nothing is known of yet but its sums.
    pub fn of(level: Level, tracking: Tracking) -> Self {
        let (warehouses, bins, lots) = Default::default();
        let (expired_lots, expired) = Default::default();
        Self { level, tracking, warehouses, bins, lots, expired_lots, expired }
    }

    /// All of it, or nothing. What comes to a kit is to leave in the same posting: see `keeps_kit`.
    pub fn apply(&mut self, change: &Change) -> Result<(), Refusal> {
        let Change { place, lot, quantity, promised } = *change;
        let bin = Bin::at(place, lot);
        let there = self.bins.get(&bin).copied().unwrap_or_default();
        if self.level.kit && sum(there, quantity)? < Quantity::ZERO {
            return Err(Refusal::OfKit);
        }
        self.check_lot(change)?;
        let level = self.level;
        let warehouse = self.warehouses.get(&place.warehouse).copied().unwrap_or_default();
        let blocked = if bin.sellable { Quantity::ZERO } else { quantity };
        let kept = if promised == Promised::ToNobody { Quantity::ZERO } else { quantity };

        let now_there = sum(there, quantity)?;
        let now = WarehouseLevel {
            on_hand: sum(warehouse.on_hand, quantity)?,
            blocked: sum(warehouse.blocked, blocked)?,
            reserved: sum(warehouse.reserved, kept)?,
        };
        let now_level = Level {
            on_hand: sum(level.on_hand, quantity)?,
            blocked: sum(level.blocked, blocked)?,
            reserved: sum(level.reserved, kept)?,
            next_sequence: level.next_sequence + 1,
            revision: level.revision + 1,
            ..level
        };
        let spoilt = bin.sellable && lot.is_some_and(|lot| self.expired_lots.contains(&lot));
        let expired = self.expired.get(&place.warehouse).copied().unwrap_or_default();
        let now_expired = if spoilt { sum(expired, quantity)? } else { expired };
        if !level.may_be_negative && quantity < Quantity::ZERO {
            if now_there < Quantity::ZERO {
                return Err(Refusal::NotThere { wanted: -quantity, there });
            }
            let good = bin.sellable && !spoilt && promised == Promised::ToNobody;
            let useless = if good { expired } else { Quantity::ZERO };
            let left =
                |level: WarehouseLevel| level.available().millionths().saturating_sub(useless.millionths());
            if left(now) < 0 {
                let available = Quantity::from_millionths(left(warehouse).max(0));
                return Err(Refusal::Promised { wanted: -quantity, available });
            }
        }
        self.check_of_lot(&bin, change)?;
        self.expired.insert(place.warehouse, now_expired);
        self.bins.insert(bin, now_there);
        self.warehouses.insert(place.warehouse, now);
        self.level = now_level;
        Ok(())
    }

    /// Whether something of a kit would stay, of which nothing is stocked.
    pub fn keeps_kit(&self) -> bool {
        self.level.kit && self.bins.values().any(|on_hand| *on_hand != Quantity::ZERO)
    }

    /// A serial number is one piece, and what is promised of a lot by name stays there.
    fn check_of_lot(&self, bin: &Bin, change: &Change) -> Result<(), Refusal> {
        let Some(lot) = bin.lot else { return Ok(()) };
        let of_lot = |wanted: &dyn Fn(&Bin) -> bool| {
            let bins = self.bins.iter().filter(|(bin, _)| bin.lot == Some(lot) && wanted(bin));
            bins.map(|(_, on_hand)| on_hand.millionths()).fold(0, i64::saturating_add)
        };
        let quantity = change.quantity.millionths();
        if self.tracking == Tracking::Serial
            && quantity > 0
            && of_lot(&|_| true).saturating_add(quantity) > Quantity::whole(1).millionths()
        {
            return Err(Refusal::SerialTaken);
        }
        if quantity < 0 && bin.sellable {
            let promised = self.lots.get(&(bin.warehouse, lot)).copied().unwrap_or_default();
            let here = of_lot(&|other| other.sellable && other.warehouse == bin.warehouse);
            let free = here.saturating_sub(promised.millionths());
            if free.saturating_add(quantity) < 0 && promised > Quantity::ZERO {
                let available = Quantity::from_millionths(free.max(0));
                return Err(Refusal::Promised { wanted: -change.quantity, available });
            }
        }
        Ok(())
    }

    fn check_lot(&self, change: &Change) -> Result<(), Refusal> {
        match (self.tracking, change.lot) {
            (Tracking::None, Some(_)) => Err(Refusal::LotUnwanted),
            (Tracking::Lot | Tracking::Serial, None) => Err(Refusal::LotMissing),
            (Tracking::Serial, _)
                if change.quantity.millionths().abs() != Quantity::whole(1).millionths() =>
            {
                Err(Refusal::SerialNotOne)
            }
            _ => Ok(()),
        }
    }
}

fn sum(one: Quantity, other: Quantity) -> Result<Quantity, Refusal> {
    let sum = one.checked_add(other).map_err(|_| Refusal::TooMuch)?;
    let bounds = -MAX_ON_HAND..=MAX_ON_HAND;
    if bounds.contains(&sum) { Ok(sum) } else { Err(Refusal::TooMuch) }
}

/// Some of what lies in a bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    pub location: LocationId,
    pub lot: Option<LotId>,
    pub quantity: Quantity,
}

/// Takes `wanted` of what is offered, in its order; what is missing when that is not enough.
pub fn pick(offered: impl IntoIterator<Item = Pick>, wanted: Quantity) -> Result<Vec<Pick>, Quantity> {
    let mut left = wanted.millionths();
    let mut picks = Vec::new();
    for offer in offered {
        if left <= 0 {
            break;
        }
        let taken = offer.quantity.millionths().min(left);
        if taken > 0 {
            picks.push(Pick { quantity: Quantity::from_millionths(taken), ..offer });
            left -= taken;
        }
    }
    if left > 0 { Err(Quantity::from_millionths(left)) } else { Ok(picks) }
}

#[cfg(test)]
mod tests;
