//! From what rows of a file name to the bins that they count, in a few statements for all of them.

use crate::domain::import_stock::{BinNamed, LotBin, LotThere, Said, Spot, StockThere};
use crate::domain::ledger::Bin;
use crate::domain::lot::Lot;
use crate::domain::place::{FLOOR, Location, MAIN, Place, Warehouse};
use crate::domain::text::is_plain;
use crate::domain::unique::unique;
use crate::error::Error;
use crate::store;
use data::Unit;
use inventory_contract::{ItemId, LocationId, LotId, WarehouseId};
use kernel::{Ctx, Quantity};
use std::collections::{BTreeSet, HashMap};

/// One for each row, and nothing lies there where the item is not among `things`, by SKU. Those are held, and the
/// places stay until the unit ends.
pub(super) async fn read_bins(
    unit: &Unit,
    ctx: &Ctx,
    said: &[Said],
    things: &HashMap<String, StockThere>,
) -> Result<Vec<BinNamed>, Error> {
    let places = Places::read(unit, said).await?;
    let spots: Vec<Spot> = said.iter().map(|said| places.find(said)).collect();
    let stock = Stock::read(unit, ctx, said, things, &spots).await?;
    let today = ctx.now().date_naive();
    let empty = |spot| BinNamed { spot, on_hand: Quantity::ZERO, lot: None, today };
    Ok(said.iter().zip(spots).map(|(said, spot)| stock.fill(empty(spot), said)).collect())
}

fn plain<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<String> {
    let plain: BTreeSet<&String> = texts.filter(|text| is_plain(text)).collect();
    plain.into_iter().cloned().collect()
}

/// The warehouses and locations that the rows name.
struct Places {
    main: Place,
    warehouses: Vec<Warehouse>,
    locations: HashMap<LocationId, Location>,
    by_code: HashMap<(WarehouseId, String), LocationId>,
}

impl Places {
    async fn read(unit: &Unit, named: &[Said]) -> Result<Self, Error> {
        let main = Place::main(unit.tenant());
        let codes = plain(named.iter().filter_map(|said| said.warehouse.as_ref()));
        let warehouses = store::warehouse::named(unit, &codes, &[main.warehouse]).await?;
        let ids: Vec<WarehouseId> = warehouses.iter().map(|warehouse| warehouse.id).collect();
        let floors: Vec<LocationId> = ids.iter().map(|id| Place::floor_of(*id).location).collect();
        let codes = plain(named.iter().filter_map(|said| said.location.as_ref()));
        let found = store::location::named_to_keep(unit, &ids, &codes, &floors).await?;
        let by_code = found.iter().map(|place| ((place.warehouse, place.fields.code.clone()), place.id));
        let by_code = by_code.collect();
        let locations = found.into_iter().map(|place| (place.id, place)).collect();
        Ok(Self { main, warehouses, locations, by_code })
    }

    fn find(&self, said: &Said) -> Spot {
        let main = self.warehouses.iter().find(|there| there.id == self.main.warehouse);
        let there = match &said.warehouse {
            None => main,
            Some(code) => self.warehouses.iter().find(|there| there.fields.code == *code),
        };
        let Some(there) = there else { return self.not_made_yet(said, main.is_some()) };
        let floor = Place::floor_of(there.id).location;
        let wanted = match &said.location {
            None => Some(floor),
            Some(code) => self.by_code.get(&(there.id, code.clone())).copied(),
        };
        let Some(found) = wanted.and_then(|wanted| self.locations.get(&wanted)) else {
            return Spot::NoLocation;
        };
        let renamed_warehouse = there.id == self.main.warehouse && there.fields.code != MAIN;
        let renamed_floor = found.id == floor && found.fields.code != FLOOR;
        Spot::At { place: found.place(), has_two_names: renamed_warehouse || renamed_floor }
    }

    /// The main warehouse is made with the first movement.
    fn not_made_yet(&self, said: &Said, has_main: bool) -> Spot {
        let is_called = |code: &Option<String>, name: &str| code.as_deref().unwrap_or(name) == name;
        if has_main || !is_called(&said.warehouse, MAIN) {
            Spot::NoWarehouse
        } else if is_called(&said.location, FLOOR) {
            Spot::At { place: self.main, has_two_names: false }
        } else {
            Spot::NoLocation
        }
    }
}

type InBins = Vec<(Bin, Quantity)>;

/// What lies in the bins, and of which lots.
struct Stock<'a> {
    things: &'a HashMap<String, StockThere>,
    lots: HashMap<(ItemId, String), Lot>,
    bins: HashMap<(ItemId, Option<LotId>), InBins>,
    /// By name, of a lot at a warehouse.
    promised: HashMap<(WarehouseId, LotId), Quantity>,
}

impl<'a> Stock<'a> {
    async fn read(
        unit: &Unit,
        ctx: &Ctx,
        named: &[Said],
        things: &'a HashMap<String, StockThere>,
        spots: &[Spot],
    ) -> Result<Self, Error> {
        let ids: Vec<ItemId> = things.values().map(|there| there.item).collect();
        let lots = named.iter().filter_map(|said| {
            let there = things.get(said.sku.as_ref()?.as_str())?;
            Some((there.item, said.lot.as_deref()?))
        });
        let lots = store::lot::named(unit, lots).await?;
        let lot_ids: Vec<LotId> = lots.values().map(|lot| lot.id).collect();
        let places = spots.iter().filter_map(|spot| match spot {
            Spot::At { place, .. } => Some(place.location),
            Spot::NoWarehouse | Spot::NoLocation => None,
        });
        let places = unique(places);
        let mut bins: HashMap<_, Vec<_>> = HashMap::new();
        for (item, bin, on_hand) in store::bin::touched(unit, &ids, &places, &lot_ids).await? {
            bins.entry((item, bin.lot)).or_default().push((bin, on_hand));
        }
        let tracked: BTreeSet<ItemId> = lots.values().map(|lot| lot.item).collect();
        let mut promised = HashMap::new();
        for item in tracked {
            for of in store::reservation::of_lots(unit, ctx.now(), item).await? {
                promised.insert((of.warehouse_id, of.lot_id), of.quantity);
            }
        }
        Ok(Self { things, lots, bins, promised })
    }

    fn fill(&self, bin: BinNamed, said: &Said) -> BinNamed {
        let there = said.sku.as_ref().and_then(|sku| self.things.get(sku.as_str()));
        let (Some(StockThere { item, .. }), Spot::At { place, .. }) = (there, &bin.spot) else { return bin };
        let place = *place;
        let lot = said.lot.as_ref().and_then(|code| self.lots.get(&(*item, code.clone())));
        let lies: &[(Bin, Quantity)] = match (&said.lot, lot) {
            (Some(_), None) => &[],
            (_, lot) => self.bins.get(&(*item, lot.map(|lot| lot.id))).map(Vec::as_slice).unwrap_or_default(),
        };
        let here = lies.iter().find(|(bin, _)| bin.location == place.location);
        let on_hand = here.map(|(_, on_hand)| *on_hand).unwrap_or_default();
        let lot = lot.map(|lot| {
            let mut elsewhere: Vec<LotBin> = lies
                .iter()
                .filter(|(bin, _)| bin.location != place.location)
                .map(|(bin, on_hand)| LotBin {
                    warehouse: bin.warehouse,
                    location: bin.location,
                    sellable: bin.sellable,
                    on_hand: *on_hand,
                })
                .collect();
            elsewhere.sort_by_key(|bin| bin.location);
            let promised = self.promised.get(&(place.warehouse, lot.id)).copied().unwrap_or_default();
            LotThere { id: lot.id, expires_on: lot.expires_on, promised, elsewhere }
        });
        BinNamed { on_hand, lot, ..bin }
    }
}
