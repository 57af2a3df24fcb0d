//! Where the parts of an assembly are taken from, or go to: what somebody named first, and of the rest what expires first.

use crate::domain::item::Moving;
use crate::domain::ledger::{Pick, pick};
use crate::domain::lot::LotInput;
use crate::domain::place::{LocationUse, Place};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::kits::reserve_kit::{Short, parts_short};
use crate::service::ledger::named_lots::NamedLots;
use crate::service::places::find_place::{NamedPlace, NamedPlaces, fault};
use crate::service::reservations::reserve_stock::expired_at;
use crate::store;
use crate::store::bin::{MAX_PICKS, Wanted};
use data::Unit;
use inventory_contract::{ItemId, LocationId, LotId, WarehouseId};
use kernel::{Ctx, Faults, Quantity};
use std::collections::BTreeMap;

/// So much of a part from, or to, that place, of that lot.
pub struct NamedPart {
    pub item: ItemId,
    pub quantity: Quantity,
    pub location: Option<LocationId>,
    pub lot: Option<LotInput>,
}

impl NamedPart {
    fn place(&self, warehouse: WarehouseId) -> Option<NamedPlace> {
        let location = self.location?;
        Some(NamedPlace { warehouse: Some(warehouse), location: Some(location) })
    }
}

/// Some of a part, at one place and of one lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion {
    pub item: ItemId,
    pub place: Place,
    pub lot: Option<LotId>,
    pub quantity: Quantity,
}

/// The items of a bill, which are held.
pub struct Parts<'a> {
    pub needed: &'a BTreeMap<ItemId, Quantity>,
    pub levels: &'a BTreeMap<ItemId, Level>,
    pub moving: &'a BTreeMap<ItemId, Moving>,
    pub named: &'a [NamedPart],
}

impl Parts<'_> {
    /// What is named is of the bill, and no more than that.
    pub fn check_named(&self) -> Result<(), Error> {
        let mut faults = Faults::new();
        let mut left = self.needed.clone();
        for (at, named) in self.named.iter().enumerate() {
            match left.get_mut(&named.item) {
                None => faults.add(format!("/parts/{at}/item_id"), "not_a_part", "is no part of the item"),
                Some(left) if named.quantity > *left => {
                    let detail = format!("is more than is needed of it, of which {left} are left");
                    faults.add(format!("/parts/{at}/quantity"), "too_much", detail);
                }
                Some(left) => *left = left.saturating_sub(named.quantity),
            }
        }
        faults.finish(()).map_err(Error::invalid)
    }

    fn named_of(&self, item: ItemId) -> impl Iterator<Item = (usize, &NamedPart)> {
        self.named.iter().enumerate().filter(move |(_, named)| named.item == item)
    }

    /// What nobody has named.
    fn rest_of(&self, item: ItemId, needed: Quantity) -> Quantity {
        self.named_of(item).fold(needed, |rest, (_, named)| rest.saturating_sub(named.quantity))
    }

    fn moving(&self, item: ItemId) -> Result<&Moving, Error> {
        self.moving.get(&item).ok_or(Error::ItemNotFound)
    }

    async fn named_lots(&self, unit: &Unit) -> Result<NamedLots, data::Error> {
        let named = self.named.iter().filter_map(|part| Some((part.item, part.lot.as_ref()?.code.as_str())));
        NamedLots::read(unit, named).await
    }

    async fn named_places(&self, unit: &Unit, warehouse: WarehouseId) -> Result<NamedPlaces, data::Error> {
        NamedPlaces::read(unit, self.named.iter().filter_map(|part| part.place(warehouse))).await
    }

    /// Out of the warehouse.
    pub async fn take(&self, unit: &Unit, ctx: &Ctx, warehouse: WarehouseId) -> Result<Vec<Portion>, Error> {
        let items: Vec<ItemId> = self.needed.keys().copied().collect();
        let there = store::warehouse_level::of(unit, &items, &[warehouse]).await?;
        let there: BTreeMap<ItemId, _> = there.into_iter().map(|(item, _, level)| (item, level)).collect();
        let mut taking = Taking {
            warehouse,
            lots: self.named_lots(unit).await?,
            places: self.named_places(unit, warehouse).await?,
            portions: Vec::new(),
            short: Vec::new(),
        };
        for (item, needed) in self.needed {
            let level = self.levels.get(item).ok_or(Error::ItemNotFound)?;
            let expired = expired_at(unit, ctx, level, warehouse).await?;
            let here = there.get(item).copied().unwrap_or_default();
            let free = here.available().saturating_sub(Quantity::from_millionths(expired));
            if *needed > free && !level.may_be_negative {
                taking.miss(*item, *needed, free.max(Quantity::ZERO));
                continue;
            }
            self.take_one(unit, ctx, &mut taking, *item).await?;
        }
        let Taking { portions, short, .. } = taking;
        if short.is_empty() { Ok(portions) } else { Err(parts_short(unit, short).await?) }
    }

    async fn take_one(&self, unit: &Unit, ctx: &Ctx, taking: &mut Taking, item: ItemId) -> Result<(), Error> {
        let level = self.levels.get(&item).ok_or(Error::ItemNotFound)?;
        let warehouse = taking.warehouse;
        let (today, unpromised_at) = (ctx.now().date_naive(), level.tracked.then(|| ctx.now()));
        let wanted = Wanted { item, warehouse, lot: None, today, unpromised_at };
        let mut offered = store::bin::to_pick(unit, wanted, MAX_PICKS).await?;
        let needed = self.needed.get(&item).copied().unwrap_or_default();
        for (at, named) in self.named_of(item) {
            let moving = self.moving(item)?;
            let lot = named.lot.as_ref().map(|lot| taking.lots.find_named(moving, &lot.code)).transpose();
            let lot = lot.map_err(|error| below(at, error))?.map(|lot| lot.id);
            if let Some(place) = named.place(warehouse) {
                taking.places.find(place).map_err(|error| below(at, error))?;
            }
            let fits = |offer: &&Pick| {
                named.location.is_none_or(|location| offer.location == location)
                    && lot.is_none_or(|lot| offer.lot == Some(lot))
            };
            match pick(offered.iter().filter(fits).copied(), named.quantity) {
                Ok(picks) => taking.take_off(&mut offered, item, &picks),
                Err(missing) => taking.miss(item, named.quantity, named.quantity.saturating_sub(missing)),
            }
        }
        let rest = self.rest_of(item, needed);
        match pick(offered.iter().copied(), rest) {
            Ok(picks) => taking.take_off(&mut offered, item, &picks),
            // Its policy lets the floor owe what is not there.
            Err(missing) if level.may_be_negative => {
                let picks = pick(offered.iter().copied(), rest.saturating_sub(missing)).unwrap_or_default();
                taking.take_off(&mut offered, item, &picks);
                let place = Place::floor_of(warehouse);
                taking.portions.push(Portion { item, place, lot: None, quantity: missing });
            }
            Err(missing) => taking.miss(item, rest, rest.saturating_sub(missing)),
        }
        Ok(())
    }

    /// Into the warehouse, at `place` where no other is named.
    pub async fn put_back(&self, unit: &mut Unit, ctx: &Ctx, place: Place) -> Result<Vec<Portion>, Error> {
        let mut portions = Vec::new();
        let mut lots = self.named_lots(unit).await?;
        let places = self.named_places(unit, place.warehouse).await?;
        for (item, needed) in self.needed {
            let moving = self.moving(*item)?;
            for (at, named) in self.named_of(*item) {
                let lot = lots.find_or_make(ctx, moving, named.lot.as_ref());
                let lot = lot.map_err(|error| below(at, error))?.map(|lot| lot.id);
                let there = named.place(place.warehouse).map_or(Ok(place), |there| places.find(there));
                let place = there.map_err(|error| below(at, error))?;
                portions.push(Portion { item: *item, place, lot, quantity: named.quantity });
            }
            let rest = self.rest_of(*item, *needed);
            if rest == Quantity::ZERO {
                continue;
            }
            if moving.tracking.is_tracked() {
                let detail = format!("must name the lots of {}, of which {rest} more come back", moving.sku);
                return Err(fault("/parts", "required", &detail));
            }
            portions.push(Portion { item: *item, place, lot: None, quantity: rest });
        }
        lots.insert_made(unit).await?;
        Ok(portions)
    }
}

/// What is taken so far, and where from.
struct Taking {
    warehouse: WarehouseId,
    lots: NamedLots,
    places: NamedPlaces,
    portions: Vec<Portion>,
    short: Vec<Short>,
}

impl Taking {
    /// What is picked is in storage.
    fn take_off(&mut self, offered: &mut [Pick], item: ItemId, picks: &[Pick]) {
        for Pick { location, lot, quantity } in picks.iter().copied() {
            let offer = offered.iter_mut().find(|offer| (offer.location, offer.lot) == (location, lot));
            if let Some(offer) = offer {
                offer.quantity = offer.quantity.saturating_sub(quantity);
            }
            let place = Place { warehouse: self.warehouse, location, kind: LocationUse::Storage };
            self.portions.push(Portion { item, place, lot, quantity });
        }
    }

    fn miss(&mut self, part: ItemId, wanted: Quantity, available: Quantity) {
        self.short.push(Short { part, wanted, available });
    }
}

fn below(at: usize, error: Error) -> Error {
    error.below(&format!("/parts/{at}"))
}
