//! Rows of a file as counts of stock where it lies: what is there, what is written of a batch, and how that is taken
//! back. How a row is decided is in `domain/import_stock`.

use super::read_bins::read_bins;
use super::undo_stock_row::{BinNow, undo_stock_row};
use super::{built_upon, held, of_import, row_fault};
use crate::domain::import_stock::{
    self, BinNamed, BinShown, ByFile, Decided, Here, Said, StockChange, StockThere,
};
use crate::domain::lot::{Lot, LotInput};
use crate::domain::movement::{Document, DocumentKind, MovementKind};
use crate::domain::place::LocationUse;
use crate::domain::unique::unique;
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::service::ledger::post::{Posting, post};
use crate::store;
use async_trait::async_trait;
use data::{Tx, Unit};
use inventory_contract::{ItemId, LocationId, LotId, WarehouseId};
use kernel::{Ctx, Quantity};
use module::{BatchOf, Decision, ExportedRows, Identity, ImportId, ImportRow, Made, RowFault, RowTarget};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

pub struct StockRows;

#[async_trait]
impl RowTarget for StockRows {
    type Thing = StockThere;
    type Beside = BinNamed;
    type Change = StockChange;
    type Error = Error;

    fn identify(&self, row: &ImportRow) -> Option<Identity> {
        let (thing, key) = Said::of(&row.values).keys()?;
        Some(Identity::Part { thing, key })
    }

    /// The items, whose levels stay as they are read until the transaction ends.
    async fn read(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        names: &BTreeSet<String>,
    ) -> Result<HashMap<String, StockThere>, Error> {
        let (items, levels) = held(unit, ctx, names).await?;
        let ids: Vec<ItemId> = items.iter().map(|item| item.id).collect();
        let mut warehouses: HashMap<ItemId, BTreeMap<WarehouseId, Here>> = HashMap::new();
        for (item, warehouse, level) in store::warehouse_level::everywhere(unit, &ids).await? {
            let (on_hand, blocked, reserved) = (level.on_hand, level.blocked, level.reserved);
            let here = Here { on_hand, blocked, reserved, expired: Quantity::ZERO };
            warehouses.entry(item).or_default().insert(warehouse, here);
        }
        for expired in store::bin::expired_of(unit, &ids, ctx.now().date_naive()).await? {
            let of_item = warehouses.entry(expired.item_id).or_default();
            let here = of_item.entry(expired.warehouse_id).or_default();
            here.expired = here.expired.saturating_add(expired.quantity);
        }
        let mut found = HashMap::new();
        for item in items {
            let Some(level) = levels.iter().find(|level| level.item == item.id) else { continue };
            let there = StockThere {
                item: item.id,
                tracking: item.fields.tracking,
                may_be_negative: level.may_be_negative,
                kit: level.kit,
                on_hand: level.on_hand,
                blocked: level.blocked,
                reserved: level.reserved,
                warehouses: warehouses.remove(&item.id).unwrap_or_default(),
                by_file: ByFile::default(),
            };
            found.insert(item.fields.sku.to_string(), there);
        }
        Ok(found)
    }

    async fn read_beside(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        rows: &[ImportRow],
        things: &HashMap<String, StockThere>,
    ) -> Result<Vec<BinNamed>, Error> {
        let said: Vec<Said> = rows.iter().map(|row| Said::of(&row.values)).collect();
        read_bins(unit, ctx, &said, things).await
    }

    fn decide(
        &self,
        row: &ImportRow,
        _: Uuid,
        thing: Option<&StockThere>,
        beside: &BinNamed,
    ) -> Decision<StockThere, StockChange> {
        match import_stock::decide(&row.values, thing, beside) {
            Ok(Decided::Changed { change, after }) => {
                let decision = Decision::update(change.item.uuid(), *change);
                Decision { after: Some(*after), ..decision }
            }
            Ok(Decided::Unchanged(item)) => Decision::unchanged(item.uuid()),
            Err(faults) => Decision::refuse(faults.iter().map(row_fault).collect()),
        }
    }

    /// In one posting: it refuses nothing that was decided under the same locks by the same rules.
    async fn write(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        batch: BatchOf,
        made: &[Made<StockChange>],
    ) -> Result<(), Error> {
        let changes: Vec<&StockChange> = made.iter().map(|made| &made.change).collect();
        let lots = make_lots(unit, ctx, &changes).await?;
        let postings = changes.iter().map(|change| {
            let lot = change.lot.as_ref().and_then(|lot| lots.get(&(change.item, lot.code.clone())));
            posting(ctx, batch.import, change, lot.copied(), change.moved)
        });
        let postings: Vec<Posting> = postings.collect();
        if !postings.is_empty() {
            post(unit, ctx, &postings).await?;
        }
        let bins = |on_hand: fn(&StockChange) -> Quantity| {
            let bin = |change: &&StockChange| {
                let lot = change.lot.as_ref().map(|lot| lot.code.clone());
                json!({
                    "item": change.item, "location": change.place.location, "lot": lot, "on_hand": on_hand(change),
                })
            };
            changes.iter().map(bin).collect::<Vec<_>>()
        };
        let before = (!changes.is_empty()).then(|| json!({ "counted": bins(|change| change.before) }));
        let after = json!({ "batch": batch.number, "counted": bins(StockChange::left) });
        unit.audit(of_import("inventory.stock.import", batch, before, after))?;
        Ok(())
    }

    async fn undo(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        batch: BatchOf,
        made: &[Made<StockChange>],
    ) -> Result<Vec<Option<RowFault>>, Error> {
        let changes: Vec<&StockChange> = made.iter().map(|made| &made.change).collect();
        let items: Vec<ItemId> = changes.iter().map(|change| change.item).collect();
        let levels = hold(unit, ctx, &items).await?;
        let held: BTreeSet<ItemId> = levels.into_iter().map(|level| level.item).collect();
        let places = unique(changes.iter().map(|change| change.place.location));
        let kept = store::location::find_to_keep(unit, &places).await?;
        let kept: BTreeSet<LocationId> = kept.into_iter().map(|location| location.id).collect();
        let lots = lots_of(unit, &changes).await?;
        let named: Vec<LotId> = lots.values().copied().collect();
        let bins = store::bin::touched(unit, &items, &places, &named).await?;
        let mut bins: HashMap<(ItemId, LocationId, Option<LotId>), Quantity> =
            bins.into_iter().map(|(item, bin, on_hand)| ((item, bin.location, bin.lot), on_hand)).collect();
        let (mut told, mut taken_back) = (Vec::new(), Vec::new());
        for change in changes {
            let lot = change.lot.as_ref().and_then(|lot| lots.get(&(change.item, lot.code.clone()))).copied();
            let bin = (change.item, change.place.location, lot);
            let on_hand = bins.get(&bin).copied().unwrap_or_default();
            let is_there = held.contains(&change.item) && kept.contains(&change.place.location);
            let now = BinNow { is_there, lot, on_hand };
            let why = undo_stock_row(unit, ctx, batch.import, change, now).await?;
            if why.is_none() {
                bins.insert(bin, change.before);
                taken_back
                    .push(json!({ "item": change.item, "location": change.place.location, "lot": lot }));
            }
            told.push(why.map(|why| built_upon("on_hand", why)));
        }
        let before = json!({ "batch": batch.number, "rows": made.len() });
        let after = json!({ "taken_back": taken_back });
        unit.audit(of_import("inventory.stock.undo_import", batch, Some(before), after))?;
        Ok(told)
    }

    /// Without what is on its way, which no file counts.
    async fn export(
        &self,
        tx: &Tx,
        _: &Ctx,
        after: Option<&str>,
        most: usize,
    ) -> Result<ExportedRows, Error> {
        let last = after.map(str::parse::<Uuid>).transpose().map_err(data::Error::internal)?;
        let bins = store::bin::after(tx, last, most).await?;
        let next = bins.last().filter(|_| bins.len() == most).map(|last| last.public_id.to_string());
        let items = store::item::moving(tx, &unique(bins.iter().map(|bin| bin.item_id))).await?;
        let lots = store::lot::find_all(tx, &unique(bins.iter().filter_map(|bin| bin.lot_id))).await?;
        let lots: HashMap<LotId, LotInput> = lots.into_iter().map(|lot| (lot.id, input(lot))).collect();
        let warehouses = unique(bins.iter().map(|bin| bin.warehouse_id));
        let warehouses = store::warehouse::named(tx, &[], &warehouses).await?;
        let places = store::location::with_ids(tx, &unique(bins.iter().map(|bin| bin.location_id))).await?;
        let rows = bins.iter().filter_map(|bin| {
            let item = items.get(&bin.item_id)?;
            let place = places.iter().find(|place| place.id == bin.location_id)?;
            let warehouse = warehouses.iter().find(|warehouse| warehouse.id == bin.warehouse_id)?;
            let shown = BinShown {
                sku: &item.sku,
                tracking: item.tracking,
                warehouse: &warehouse.fields.code,
                location: &place.fields.code,
                lot: bin.lot_id.and_then(|lot| lots.get(&lot)),
                on_hand: bin.on_hand,
            };
            (place.kind != LocationUse::Transit).then(|| import_stock::exported(&shown))
        });
        Ok(ExportedRows { rows: rows.collect(), next })
    }
}

/// The lots that are named, by item and code.
async fn lots_of(
    unit: &Unit,
    changes: &[&StockChange],
) -> Result<HashMap<(ItemId, String), LotId>, data::Error> {
    let named = changes.iter().filter_map(|change| Some((change.item, change.lot.as_ref()?.code.as_str())));
    let found = store::lot::named(unit, named).await?;
    Ok(found.into_iter().map(|(named, lot)| (named, lot.id)).collect())
}

/// Those that are new are made first, with the last day that the first row of each says.
async fn make_lots(
    unit: &mut Unit,
    ctx: &Ctx,
    changes: &[&StockChange],
) -> Result<HashMap<(ItemId, String), LotId>, data::Error> {
    let mut lots = lots_of(unit, changes).await?;
    let mut new: Vec<Lot> = Vec::new();
    for change in changes {
        let Some(lot) = &change.lot else { continue };
        lots.entry((change.item, lot.code.clone())).or_insert_with(|| {
            let lot = Lot::new(ctx.new_id(), change.item, lot.clone(), ctx.now());
            let id = lot.id;
            new.push(lot);
            id
        });
    }
    store::lot::insert_all(unit, &new).await?;
    for lot in &new {
        unit.publish(&lot.created())?;
    }
    Ok(lots)
}

pub(super) fn posting(
    ctx: &Ctx,
    import: ImportId,
    change: &StockChange,
    lot: Option<LotId>,
    quantity: Quantity,
) -> Posting {
    Posting {
        lot,
        document: Some(Document { kind: DocumentKind::Import, id: import.uuid() }),
        reason: Some(format!("import {import}")),
        ..Posting::new(ctx, change.item, change.place, MovementKind::Import, quantity)
    }
}

fn input(lot: Lot) -> LotInput {
    LotInput { code: lot.code, expires_on: lot.expires_on }
}
