//! Rows of a file as lines of purchase orders: which orders there are, what is written of a batch, and what is
//! exported. How a row is decided is in `domain/import_purchase/`; planning and repeating a batch is the same for
//! every target.
//!
//! An export has the lines of all orders, each with an id by which it comes back as unchanged, whoever wrote it and in
//! whatever state its order is by now. Another tenant has no such order, and gets the same ones as drafts; there one
//! without a reference has no number to be imported by, so its rows are refused.

use super::undo_purchase_row::undo_purchase_rows;
use super::{built_upon, of_import, row_fault};
use crate::domain::buying::{Line, OrderFields, PurchaseOrder, PurchaseStatus};
use crate::domain::import_purchase::{
    self, Beside, LineChange, LineId, NamedLine, OrderThere, OrderedItem, read_line_id, write_line_id,
};
use crate::domain::sku::Sku;
use crate::domain::unique::unique;
use crate::error::Error;
use crate::store;
use crate::store::purchase_order_line::{Extent, StoredLine};
use async_trait::async_trait;
use data::{AuditEntry, Tx, Unit};
use inventory_contract::{ItemId, PurchaseOrderId, SupplierId};
use kernel::{Ctx, Money};
use module::{BatchOf, Decision, ExportedRows, Identity, ImportRow, Made, RowFault, RowTarget};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

pub struct PurchaseRows;

#[async_trait]
impl RowTarget for PurchaseRows {
    type Thing = OrderThere;
    type Beside = Beside;
    type Change = LineChange;
    type Error = Error;

    fn identify(&self, row: &ImportRow) -> Option<Identity> {
        let reference = import_purchase::reference(&row.values)?;
        let content = import_purchase::content(&row.values);
        Some(Identity::line(reference.clone(), reference, &content))
    }

    /// Whoever changes an order or its lines waits for its row.
    async fn read(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        names: &BTreeSet<String>,
    ) -> Result<HashMap<String, OrderThere>, Error> {
        let references: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut found = HashMap::new();
        for order in store::purchase_order::with_references_to_change(unit, &references).await? {
            let Some(reference) = order.fields.reference.clone() else { continue };
            let extent = match order.status {
                PurchaseStatus::Draft => store::purchase_order_line::extent(unit, order.id).await?,
                _ => Extent::default(),
            };
            found.insert(reference, OrderThere::of(order, extent.lines, extent.last));
        }
        Ok(found)
    }

    /// Suppliers and items stay as they are. What an item's stock is valued in may change as it does after an order was
    /// written; who receives it is told.
    async fn read_beside(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        rows: &[ImportRow],
        _: &HashMap<String, OrderThere>,
    ) -> Result<Vec<Beside>, Error> {
        let codes = unique(rows.iter().filter_map(|row| import_purchase::supplier_code(&row.values)));
        let suppliers = store::supplier::with_codes_to_keep(unit, &codes).await?;
        let suppliers: HashMap<String, SupplierId> =
            suppliers.into_iter().map(|supplier| (supplier.fields.code, supplier.id)).collect();
        let items = ordered_items(unit, rows).await?;
        let lines = named_lines(unit, rows).await?;
        let beside = rows.iter().map(|row| Beside {
            supplier: import_purchase::supplier_code(&row.values)
                .and_then(|code| suppliers.get(&code).copied()),
            item: import_purchase::sku(&row.values).and_then(|sku| items.get(&sku).cloned()),
            line: import_purchase::line_id(&row.values).and_then(|id| lines.get(&id).cloned()),
        });
        Ok(beside.collect())
    }

    /// The id that an outcome names is the order's, which has all its lines.
    fn decide(
        &self,
        row: &ImportRow,
        id: Uuid,
        thing: Option<&OrderThere>,
        beside: &Beside,
    ) -> Decision<OrderThere, LineChange> {
        match import_purchase::compare(&row.values, beside) {
            Some(Ok(order)) => return Decision::unchanged(order.uuid()),
            Some(Err(faults)) => return Decision::refuse(faults.iter().map(row_fault).collect()),
            None => {}
        }
        let change = match import_purchase::decide(&row.values, id, thing, beside) {
            Ok(change) => change,
            Err(faults) => return Decision::refuse(faults.iter().map(row_fault).collect()),
        };
        let (order, left) = (change.order.uuid(), change.left(thing));
        let made = match change.before {
            None => Decision::create(order, change),
            Some(_) => Decision::update(order, change),
        };
        Decision { after: Some(left), ..made }
    }

    async fn write(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        batch: BatchOf,
        made: &[Made<LineChange>],
    ) -> Result<(), Error> {
        let changes: Vec<&LineChange> = made.iter().map(|made| &made.change).collect();
        // Of several lines of an order the last one has what all of them cost.
        let totals: BTreeMap<PurchaseOrderId, Money> =
            changes.iter().map(|change| (change.order, change.total)).collect();
        let new = changes.iter().filter(|change| change.before.is_none());
        let new: BTreeMap<PurchaseOrderId, (SupplierId, &OrderFields)> =
            new.map(|change| (change.order, (change.supplier, &change.fields))).collect();
        let drafts: Vec<_> = new
            .iter()
            .filter_map(|(order, (supplier, fields))| Some((*order, *supplier, *fields, *totals.get(order)?)))
            .collect();
        store::purchase_order::insert_all(unit, &drafts).await?;
        for (order, total) in totals.iter().filter(|(order, _)| !new.contains_key(*order)) {
            store::purchase_order::set_total(unit, *order, *total).await?;
        }
        let lines: Vec<_> =
            changes.iter().map(|change| (change.line_id, change.order, &change.line)).collect();
        store::purchase_order_line::append(unit, &lines).await?;
        unit.audit(written(batch, &changes))?;
        Ok(())
    }

    async fn undo(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        batch: BatchOf,
        made: &[Made<LineChange>],
    ) -> Result<Vec<Option<RowFault>>, Error> {
        let changes: Vec<&LineChange> = made.iter().map(|made| &made.change).collect();
        let undone = undo_purchase_rows(unit, &changes).await?;
        let mut lines = BTreeMap::<PurchaseOrderId, Vec<&Line>>::new();
        for (change, _) in changes.iter().zip(&undone.kept).filter(|(_, why)| why.is_none()) {
            lines.entry(change.order).or_default().push(&change.line);
        }
        let before = json!({ "batch": batch.number, "lines": lines });
        let after = json!({ "deleted": undone.deleted, "totals": undone.totals });
        unit.audit(of_import("inventory.purchase_orders.undo_import", batch, Some(before), after))?;
        let told = undone.kept.into_iter().map(|why| why.map(|why| built_upon("order", why)));
        Ok(told.collect())
    }

    async fn export(
        &self,
        tx: &Tx,
        _: &Ctx,
        after: Option<&str>,
        most: usize,
    ) -> Result<ExportedRows, Error> {
        let last = after.map(position).transpose()?;
        let lines = store::purchase_order_line::after(tx, last, most).await?;
        let (full, ids) = (lines.len() == most, unique(lines.iter().map(|line| line.order)));
        let Told { rows, .. } = told(tx, &ids, lines).await?;
        let next = rows.last().filter(|_| full).map(|(id, _)| write_line_id(*id));
        Ok(ExportedRows { rows: rows.into_iter().map(|(_, cells)| cells).collect(), next })
    }
}

/// Where a page ended.
fn position(text: &str) -> Result<LineId, Error> {
    let ended = || data::Error::internal(format!("no page of an export ended with {text}"));
    Ok(read_line_id(text).ok_or_else(ended)?)
}

/// Lines as rows of a file, in their order, and the orders that they are of.
struct Told {
    orders: HashMap<PurchaseOrderId, PurchaseOrder>,
    rows: Vec<(LineId, BTreeMap<String, String>)>,
}

async fn told(tx: &Tx, ids: &[PurchaseOrderId], lines: Vec<StoredLine>) -> Result<Told, Error> {
    let orders = store::purchase_order::with_ids(tx, ids).await?;
    let orders: HashMap<PurchaseOrderId, _> = orders.into_iter().map(|order| (order.id, order)).collect();
    let suppliers = unique(orders.values().map(|order| order.supplier));
    let codes = store::supplier::codes(tx, &suppliers).await?;
    let found = lines.into_iter().filter_map(|line| {
        let of = orders.get(&line.order)?;
        Some((of, line.of(of.total.currency)))
    });
    let found: Vec<(&PurchaseOrder, Line)> = found.collect();
    let items = unique(found.iter().map(|(_, line)| line.item));
    let skus = store::item::skus(tx, &items).await?;
    let rows = found.iter().filter_map(|(order, line)| {
        let (code, sku) = (codes.get(&order.supplier)?, skus.get(&line.item)?);
        Some(((order.id, line.number), import_purchase::exported(order, line, code, sku)))
    });
    let rows = rows.collect();
    Ok(Told { orders, rows })
}

/// Those that rows name by their ids, of orders that are there.
async fn named_lines(unit: &Unit, rows: &[ImportRow]) -> Result<HashMap<LineId, NamedLine>, Error> {
    let wanted = unique(rows.iter().filter_map(|row| import_purchase::line_id(&row.values)));
    let lines = store::purchase_order_line::numbered(unit, &wanted).await?;
    let ids = unique(wanted.iter().map(|(order, _)| *order));
    let Told { orders, rows } = told(unit, &ids, lines).await?;
    let mut rows: HashMap<LineId, _> = rows.into_iter().collect();
    let named = wanted.into_iter().filter_map(|id| {
        let order = orders.get(&id.0)?;
        Some((id, NamedLine { order: order.id, status: order.status, cells: rows.remove(&id) }))
    });
    Ok(named.collect())
}

/// Those that the rows name and that are there.
async fn ordered_items(unit: &Unit, rows: &[ImportRow]) -> Result<HashMap<Sku, OrderedItem>, Error> {
    let skus = unique(rows.iter().filter_map(|row| import_purchase::sku(&row.values)));
    let items = store::item::with_skus_to_keep(unit, &skus).await?;
    let ids: Vec<ItemId> = items.iter().map(|item| item.id).collect();
    let valued = store::item_value::of(unit, &ids).await?;
    let mut conversions = store::item_conversion::of(unit, &ids).await?;
    let found = items.into_iter().map(|item| {
        let valued = valued.get(&item.id).map(|value| value.currency);
        let ordered = OrderedItem {
            id: item.id,
            unit: item.fields.unit,
            currency: valued.or(item.fields.unit_cost.map(|cost| cost.currency)),
            conversions: conversions.remove(&item.id).unwrap_or_default(),
        };
        (item.fields.sku, ordered)
    });
    Ok(found.collect())
}

/// One for the batch: what each order came to, with the lines that it got.
fn written(batch: BatchOf, changes: &[&LineChange]) -> AuditEntry {
    let (mut created, mut before, mut totals) = (Vec::new(), Map::new(), Map::new());
    let mut lines = BTreeMap::<String, Vec<&Line>>::new();
    for change in changes {
        let order = change.order.to_string();
        match change.before {
            None => created.push(json!({
                "order": order, "supplier": change.supplier, "fields": change.fields
            })),
            // As it was before the first of its lines.
            Some(total) if !lines.contains_key(&order) => {
                before.insert(order.clone(), json!(total));
            }
            Some(_) => {}
        }
        totals.insert(order.clone(), json!(change.total));
        lines.entry(order).or_default().push(&change.line);
    }
    let before = (!before.is_empty()).then(|| json!({ "totals": Value::Object(before) }));
    let after = json!({ "batch": batch.number, "created": created, "totals": totals, "lines": lines });
    of_import("inventory.purchase_orders.import", batch, before, after)
}
