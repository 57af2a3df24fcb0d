//! Rows of a file as sales that another system made, and the goods that left by them: what is there, what is written
//! of a batch, and how that is taken back. How a row is decided is in `domain/import_sale.rs`.

use super::undo_sale_row::take_back;
use super::{held, of_import, row_fault};
use crate::domain::import_sale::{self, Named, StockThere};
use crate::domain::movement::{Document, DocumentKind, MovementKind};
use crate::domain::place::{MAIN, Place};
use crate::domain::sale::{Sale, SaleFields};
use crate::domain::sku::Sku;
use crate::domain::unique::unique;
use crate::error::Error;
use crate::permissions::STOCK_RECEIVE;
use crate::service::ledger::post::{Posting, post};
use crate::store;
use async_trait::async_trait;
use data::{Tx, Unit};
use inventory_contract::{ItemId, LocationId, SaleId, WarehouseId};
use kernel::{Ctx, Faults, Id, Quantity};
use module::{BatchOf, Decision, ExportedRows, Identity, ImportId, ImportRow, Made, RowFault, RowTarget};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

pub struct SaleRows;

#[async_trait]
impl RowTarget for SaleRows {
    type Thing = StockThere;
    type Beside = Named;
    type Change = SaleMade;
    type Error = Error;

    /// By what the row says and not by how it says it, so that what is exported is what was imported.
    fn identify(&self, row: &ImportRow) -> Option<Identity> {
        let sale = import_sale::read(&mut Faults::new(), &row.values)?;
        let said = sale.cells();
        Some(Identity::line(sale.thing(), sale.document, &said))
    }

    /// Of the rows that change stock alone: those that are history wait for nobody.
    async fn read(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        names: &BTreeSet<String>,
    ) -> Result<HashMap<String, StockThere>, Error> {
        let wanted: Vec<(&String, Sku, String)> = names
            .iter()
            .filter_map(|name| import_sale::stock_of(name).map(|(sku, code)| (name, sku, code)))
            .collect();
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let skus = wanted.iter().map(|(_, sku, _)| sku.to_string()).collect();
        let codes = wanted.iter().map(|(_, _, code)| code.clone()).collect();
        let (items, levels) = held(unit, ctx, &skus).await?;
        let ids: Vec<ItemId> = items.iter().map(|item| item.id).collect();
        let items: HashMap<Sku, ItemId> = items.into_iter().map(|item| (item.fields.sku, item.id)).collect();
        let warehouses = warehouses_of(unit, codes).await?;
        let places: Vec<WarehouseId> = warehouses.values().copied().collect();
        let levels: HashMap<ItemId, _> = levels.into_iter().map(|level| (level.item, level)).collect();
        let floors = floors_of(&warehouses);
        let there = store::warehouse_level::of(unit, &ids, &places).await?;
        let there: HashMap<_, _> = there.into_iter().map(|(item, at, level)| ((item, at), level)).collect();
        let bins = store::bin::touched(unit, &ids, &floors, &[]).await?;
        let bins: HashMap<_, Quantity> =
            bins.into_iter().map(|(item, bin, on_hand)| ((item, bin.warehouse), on_hand)).collect();
        let found = wanted.into_iter().filter_map(|(name, sku, code)| {
            let at = (*items.get(&sku)?, *warehouses.get(&code)?);
            let level = levels.get(&at.0)?;
            let stock = StockThere {
                floor: bins.get(&at).copied().unwrap_or_default(),
                free: there.get(&at).copied().unwrap_or_default().available(),
                may_be_negative: level.may_be_negative,
                tracked: level.tracked,
                kit: level.kit,
            };
            Some((name.clone(), stock))
        });
        Ok(found.collect())
    }

    async fn read_beside(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        rows: &[ImportRow],
        _: &HashMap<String, StockThere>,
    ) -> Result<Vec<Named>, Error> {
        let named: Vec<_> = rows.iter().map(|row| import_sale::named(&row.values)).collect();
        let skus = named.iter().filter_map(|(sku, _)| sku.clone()).collect();
        let codes = named.iter().filter_map(|(_, code)| code.clone()).collect();
        let (items, mut warehouses) = (items_of(unit, skus).await?, warehouses_of(unit, codes).await?);
        // After the items, as by all who hold both. They stay until the unit ends.
        let kept = store::location::find_to_keep(unit, &floors_of(&warehouses)).await?;
        let main = Place::main(ctx.tenant()).warehouse;
        warehouses.retain(|_, id| *id == main || kept.iter().any(|floor| floor.warehouse == *id));
        let may_bring = ctx.may(&STOCK_RECEIVE).is_ok();
        let sales = unique(rows.iter().filter_map(|row| import_sale::sale_id(&row.values)));
        let sales = store::sale::with_ids(unit, &sales).await?;
        let sales: HashMap<SaleId, _> = told(unit, sales).await?.into_iter().collect();
        let found = rows.iter().zip(&named).map(|(row, (sku, code))| Named {
            item: sku.as_ref().and_then(|sku| items.get(sku).copied()),
            warehouse: code.as_ref().and_then(|code| warehouses.get(code).copied()),
            ahead: import_sale::is_ahead(&row.values, ctx.now()),
            may_bring,
            sale: import_sale::sale_id(&row.values).and_then(|id| Some((id, sales.get(&id)?.clone()))),
        });
        Ok(found.collect())
    }

    fn decide(
        &self,
        row: &ImportRow,
        id: Uuid,
        thing: Option<&StockThere>,
        beside: &Named,
    ) -> Decision<StockThere, SaleMade> {
        match import_sale::compare(&row.values, beside) {
            Some(Ok(sale)) => return Decision::unchanged(sale.uuid()),
            Some(Err(faults)) => return Decision::refuse(faults.iter().map(row_fault).collect()),
            None => {}
        }
        match import_sale::decide(&row.values, thing, beside) {
            Ok((fields, after)) => {
                let sale = SaleMade { id: Id::from_uuid(id), fields };
                Decision { after, ..Decision::create(id, sale) }
            }
            Err(faults) => Decision::refuse(faults.iter().map(row_fault).collect()),
        }
    }

    async fn write(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        batch: BatchOf,
        made: &[Made<SaleMade>],
    ) -> Result<(), Error> {
        let moved = made.iter().filter_map(|made| posting(ctx, batch.import, &made.change));
        let postings: Vec<Posting> = moved.collect();
        if !postings.is_empty() {
            post(unit, ctx, &postings).await?;
        }
        let sales: Vec<_> = made.iter().map(|made| (made.change.id, &made.change.fields)).collect();
        store::sale::insert_all(unit, batch.import.uuid(), &sales).await?;
        let created: Vec<SaleId> = sales.iter().map(|(id, _)| *id).collect();
        let after = json!({ "batch": batch.number, "created": created });
        unit.audit(of_import("inventory.sales.import", batch, None, after))?;
        Ok(())
    }

    async fn undo(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        batch: BatchOf,
        made: &[Made<SaleMade>],
    ) -> Result<Vec<Option<RowFault>>, Error> {
        let sales: Vec<&SaleMade> = made.iter().map(|made| &made.change).collect();
        let mut kept = take_back(unit, ctx, batch.import, &sales).await?;
        let ids = sales.iter().map(|sale| sale.id);
        let gone: Vec<SaleId> = ids.filter(|id| !kept.contains_key(id)).collect();
        store::sale::delete_all(unit, &gone).await?;
        let before = json!({ "batch": batch.number, "created": gone });
        let after = json!({ "deleted": gone });
        unit.audit(of_import("inventory.sales.undo_import", batch, Some(before), after))?;
        Ok(sales.iter().map(|sale| kept.remove(&sale.id)).collect())
    }

    async fn export(
        &self,
        tx: &Tx,
        _: &Ctx,
        after: Option<&str>,
        most: usize,
    ) -> Result<ExportedRows, Error> {
        let last = after.map(str::parse).transpose().map_err(data::Error::internal)?;
        let sales = store::sale::after(tx, last, most).await?;
        let next = sales.last().filter(|_| sales.len() == most).map(|sale| sale.id.to_string());
        let named = |(id, mut cells): (SaleId, BTreeMap<String, String>)| {
            cells.insert("sale_id".to_owned(), id.to_string());
            cells
        };
        let rows = told(tx, sales).await?.into_iter().map(named).collect();
        Ok(ExportedRows { rows, next })
    }
}

/// What a row makes, with all that it takes to take it back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SaleMade {
    pub id: SaleId,
    pub fields: SaleFields,
}

/// Where goods left, or came back.
fn posting(ctx: &Ctx, import: ImportId, sale: &SaleMade) -> Option<Posting> {
    let SaleFields { item, quantity, warehouse, .. } = sale.fields;
    let kind = if quantity.is_positive() { MovementKind::Shipment } else { MovementKind::Return };
    Some(Posting {
        happened_at: sale.fields.sold_at.min(ctx.now()),
        document: Some(Document { kind: DocumentKind::Sale, id: sale.id.uuid() }),
        reference: Some(sale.fields.document.clone()),
        reason: Some(format!("import {import}")),
        ..Posting::new(ctx, item, Place::floor_of(warehouse?), kind, -quantity)
    })
}

/// Sales as rows of a file that say the same, in their order.
async fn told(tx: &Tx, sales: Vec<Sale>) -> Result<Vec<(SaleId, BTreeMap<String, String>)>, data::Error> {
    let skus = store::item::skus(tx, &unique(sales.iter().map(|sale| sale.fields.item))).await?;
    let warehouses = unique(sales.iter().filter_map(|sale| sale.fields.warehouse));
    let codes = store::warehouse::codes_of(tx, &warehouses).await?;
    let rows = sales.into_iter().filter_map(|Sale { id, fields, .. }| {
        let SaleFields { document, item, quantity, sold_at, unit_price, customer, warehouse } = fields;
        let sku = skus.get(&item)?.clone();
        let warehouse = warehouse.and_then(|warehouse| codes.get(&warehouse).cloned());
        let row = import_sale::SaleRow { document, sku, quantity, sold_at, unit_price, customer, warehouse };
        Some((id, row.cells()))
    });
    Ok(rows.collect())
}

/// They stay as they are until the unit ends: what was sold is counted in their units.
async fn items_of(unit: &Unit, skus: BTreeSet<Sku>) -> Result<HashMap<Sku, ItemId>, data::Error> {
    let skus: Vec<Sku> = skus.into_iter().collect();
    let found = store::item::with_skus_to_keep(unit, &skus).await?;
    Ok(found.into_iter().map(|item| (item.fields.sku, item.id)).collect())
}

fn floors_of(warehouses: &HashMap<String, WarehouseId>) -> Vec<LocationId> {
    warehouses.values().map(|id| Place::floor_of(*id).location).collect()
}

async fn warehouses_of(
    unit: &Unit,
    codes: BTreeSet<String>,
) -> Result<HashMap<String, WarehouseId>, data::Error> {
    if codes.is_empty() {
        return Ok(HashMap::new());
    }
    let main = Place::main(unit.tenant()).warehouse;
    let codes: Vec<String> = codes.into_iter().collect();
    let found = store::warehouse::named(unit, &codes, &[main]).await?;
    let mut found: HashMap<String, WarehouseId> =
        found.into_iter().map(|warehouse| (warehouse.fields.code, warehouse.id)).collect();
    // The main warehouse is made with the first movement.
    if !found.values().any(|id| *id == main) {
        found.entry(MAIN.to_owned()).or_insert(main);
    }
    Ok(found)
}
