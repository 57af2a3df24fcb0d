//! Rows of a file as items and their stock: what is there of them, what is written of a batch, and how that is taken
//! back. How a row is decided is in `domain/import_row/`; planning and repeating a batch is the same for every target.

use super::undo_item_row::undo_item_rows;
use super::{held, of_import, row_fault};
use crate::domain::import_row::cells::{Bearer, external_id};
use crate::domain::import_row::{self, Beside, Decided, ItemThere, RowChange};
use crate::domain::item::ItemFields;
use crate::domain::movement::{Document, DocumentKind, MovementKind};
use crate::domain::place::Place;
use crate::domain::sku::Sku;
use crate::domain::stock::Level;
use crate::error::Error;
use crate::permissions::{STOCK_ADJUST, STOCK_RECEIVE};
use crate::service::catalogue::hold_category::hold_categories;
use crate::service::catalogue::patch_item::write_policy;
use crate::service::ledger::hold::hold;
use crate::service::ledger::post::{Posting, post};
use crate::service::reordering::watch::follow;
use crate::service::valuation::change_cost::change_cost;
use crate::store;
use async_trait::async_trait;
use data::{AuditEntry, Tx, Unit};
use inventory_contract::ItemId;
use kernel::{Ctx, Id, Money, Quantity};
use module::{
    BatchOf, Decision, ExportedRows, Identity, ImportId, ImportRow, Made, RowFault, RowOutcome, RowTarget,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

pub struct ItemRows;

/// What there is of what a row names.
#[derive(Serialize)]
pub struct Known {
    /// By its SKU. No other row of the file changes it, since that stands there once.
    there: Option<ItemThere>,
    /// The SKU of the one that bears its external id.
    bearer: Option<String>,
    beside: Beside,
}

/// A row is of the item with its SKU. What several rows may be about is an external id, of which there is one.
#[async_trait]
impl RowTarget for ItemRows {
    type Thing = Bearer;
    type Beside = Known;
    type Change = RowChange;
    type Error = Error;

    fn identify(&self, row: &ImportRow) -> Option<Identity> {
        let key = import_row::sku(&row.values)?.to_string();
        let thing = external_id(&row.values).unwrap_or_default().to_owned();
        Some(Identity::Part { thing, key })
    }

    /// Nothing yet: who bears an external id is looked up once the items are held.
    async fn read(
        &self,
        _: &mut Unit,
        _: &Ctx,
        _: &BTreeSet<String>,
    ) -> Result<HashMap<String, Bearer>, Error> {
        Ok(HashMap::new())
    }

    /// A few statements for the whole batch, and one for each of the few rows that name another unit than their item
    /// has, or let it be negative no more. Who bears an external id is not held: two that take one at once meet at its
    /// unique key.
    async fn read_beside(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        rows: &[ImportRow],
        _: &HashMap<String, Bearer>,
    ) -> Result<Vec<Known>, Error> {
        let named: Vec<Option<Sku>> = rows.iter().map(|row| import_row::sku(&row.values)).collect();
        let skus: BTreeSet<String> = named.iter().flatten().map(Sku::to_string).collect();
        let items = read_items(unit, ctx, &skus).await?;
        let external_ids: BTreeSet<&str> = rows.iter().filter_map(|row| external_id(&row.values)).collect();
        let external_ids: Vec<String> = external_ids.into_iter().map(str::to_owned).collect();
        let bearers = store::item::bearers(unit, &external_ids).await?;
        let (may_receive, may_adjust) = (ctx.may(&STOCK_RECEIVE).is_ok(), ctx.may(&STOCK_ADJUST).is_ok());
        let mut known = Vec::with_capacity(rows.len());
        for (row, sku) in rows.iter().zip(&named) {
            let there = sku.as_ref().and_then(|sku| items.get(sku.as_str()));
            let unit_used = match there {
                Some(there) if import_row::names_other_unit(&row.values, &there.fields.unit) => {
                    store::unit_use::uses_unit_of(unit, there.id).await?
                }
                _ => None,
            };
            let is_uncovered = match there {
                Some(there) if import_row::forbids_negative(&row.values, &there.fields) => {
                    store::warehouse_level::is_uncovered(unit, there.id).await?
                }
                _ => false,
            };
            known.push(Known {
                there: there.cloned(),
                bearer: external_id(&row.values).and_then(|id| bearers.get(id).cloned()),
                beside: Beside { unit_used, is_uncovered, may_receive, may_adjust },
            });
        }
        Ok(known)
    }

    fn decide(
        &self,
        row: &ImportRow,
        id: Uuid,
        thing: Option<&Bearer>,
        known: &Known,
    ) -> Decision<Bearer, RowChange> {
        let bearer = thing.map(|earlier| earlier.code.as_str()).or(known.bearer.as_deref());
        let there = (known.there.as_ref(), bearer);
        let change = match import_row::decide(&row.values, Id::from_uuid(id), there, known.beside) {
            Ok(Decided::Changed(change)) => *change,
            Ok(Decided::Unchanged(item)) => return Decision::unchanged(item.uuid()),
            Err(faults) => return Decision::refuse(faults.iter().map(row_fault).collect()),
        };
        let named = external_id(&row.values).is_some();
        let after = named.then(|| Bearer { code: change.fields.sku.to_string() });
        let decision = match change.before {
            None => Decision::create(id, change),
            Some(_) => Decision::update(change.item.uuid(), change),
        };
        Decision { after, ..decision }
    }

    async fn write(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        batch: BatchOf,
        made: &[Made<RowChange>],
    ) -> Result<(), Error> {
        let changes: Vec<&RowChange> = made.iter().map(|made| &made.change).collect();
        let categories: Vec<_> = changes.iter().map(|change| change.fields.category.as_deref()).collect();
        hold_categories(unit, ctx, categories).await?;
        let new: Vec<_> = changes.iter().filter(|change| change.before.is_none()).collect();
        let items: Vec<_> = new.iter().map(|change| (change.item, &change.fields)).collect();
        let levels: Vec<_> = new.iter().map(|change| Level::of(change.item, &change.fields)).collect();
        store::item::insert_all(unit, &items).await?;
        store::stock_level::insert_all(unit, ctx, &levels).await?;
        for (id, fields) in items {
            unit.publish(&fields.created(id))?;
        }
        let rewritten: Vec<ItemId> = changes
            .iter()
            .filter(|change| change.before.is_some() && change.rewrites())
            .map(|change| change.item)
            .collect();
        store::item::hold(unit, &rewritten).await?;
        write_policies(unit, ctx, &changes).await?;
        for change in &changes {
            let Some(before) = change.before.as_ref().filter(|_| change.rewrites()) else { continue };
            // A document may have been written since the row was decided.
            if before.fields.unit != change.fields.unit
                && store::unit_use::uses_unit_of(unit, change.item).await?.is_some()
            {
                return Err(data::Error::Busy("a document took an item while it was imported".into()).into());
            }
            let updated = store::item::update(unit, change.item, before.version, &change.fields).await?;
            updated.ok_or_else(|| data::Error::Busy("an item was changed while it was imported".into()))?;
            unit.publish(&change.fields.changed(change.item))?;
        }
        change_costs(unit, ctx, &changes).await?;
        let moved = changes.iter().filter_map(|change| Some((change.item, change.moved?)));
        let postings: Vec<_> = moved.map(|(item, moved)| posting(ctx, batch.import, item, moved)).collect();
        post(unit, ctx, &postings).await?;
        let reordered: Vec<_> = changes.iter().filter_map(|change| reordered(change)).collect();
        follow(unit, ctx, reordered).await?;
        unit.audit(written(batch, made))?;
        Ok(())
    }

    async fn undo(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        batch: BatchOf,
        made: &[Made<RowChange>],
    ) -> Result<Vec<Option<RowFault>>, Error> {
        let changes: Vec<&RowChange> = made.iter().map(|made| &made.change).collect();
        let mut kept = undo_item_rows(unit, ctx, batch.import, &changes).await?;
        let (mut gone, mut put_back) = (Vec::new(), Map::new());
        for change in changes.iter().filter(|change| !kept.contains_key(&change.item)) {
            match &change.before {
                None => gone.push(change.item),
                Some(before) => {
                    put_back.insert(change.item.to_string(), json!(before.fields));
                }
            }
        }
        let told = changes.iter().map(|change| kept.remove(&change.item)).collect();
        let before = json!({ "batch": batch.number, "created": gone });
        let after = json!({ "deleted": gone, "put_back": put_back });
        unit.audit(of_import("inventory.items.undo_import", batch, Some(before), after))?;
        Ok(told)
    }

    async fn export(
        &self,
        tx: &Tx,
        _: &Ctx,
        after: Option<&str>,
        most: usize,
    ) -> Result<ExportedRows, Error> {
        let last = after.map(str::parse).transpose().map_err(data::Error::internal)?;
        let items = store::item::after(tx, last, most).await?;
        let next = items.last().filter(|_| items.len() == most).map(|item| item.item.id.to_string());
        Ok(ExportedRows { rows: items.iter().map(import_row::exported).collect(), next })
    }
}

/// By their SKUs. The levels stay as they are read until the transaction ends.
async fn read_items(
    unit: &mut Unit,
    ctx: &Ctx,
    skus: &BTreeSet<String>,
) -> Result<HashMap<String, ItemThere>, Error> {
    let (items, levels) = held(unit, ctx, skus).await?;
    let ids: Vec<ItemId> = items.iter().map(|item| item.id).collect();
    let main = Place::main(ctx.tenant());
    let there = store::warehouse_level::of(unit, &ids, &[main.warehouse]).await?;
    let there: HashMap<_, _> = there.into_iter().map(|(item, _, level)| (item, level)).collect();
    let floor = store::bin::touched(unit, &ids, &[main.location], &[]).await?;
    let floor: HashMap<_, _> = floor.into_iter().map(|(item, _, on_hand)| (item, on_hand)).collect();
    let values = store::item_value::of(unit, &ids).await?;
    let levels: HashMap<ItemId, Level> = levels.into_iter().map(|level| (level.item, level)).collect();
    let found = items.into_iter().filter_map(|item| {
        let level = levels.get(&item.id)?;
        let main = there.get(&item.id).copied().unwrap_or_default();
        let there = ItemThere {
            id: item.id,
            version: item.version,
            on_hand: level.on_hand,
            reserved: level.reserved,
            next_sequence: level.next_sequence,
            has_moved: level.has_moved() || level.awaited,
            is_kit: level.kit,
            valued_in: values.get(&item.id).map(|value| value.currency),
            free_at_main: main.available(),
            reserved_at_main: main.reserved,
            floor: floor.get(&item.id).copied().unwrap_or_default(),
            fields: item.fields,
        };
        Some((there.fields.sku.to_string(), there))
    });
    Ok(found.collect())
}

/// Of items that are held, before anything of them moves.
async fn write_policies(unit: &mut Unit, ctx: &Ctx, changes: &[&RowChange]) -> Result<(), Error> {
    let others = changes.iter().filter(|change| change.changes_policy());
    let others: HashMap<ItemId, &RowChange> = others.map(|change| (change.item, *change)).collect();
    let ids: Vec<ItemId> = others.keys().copied().collect();
    for level in hold(unit, ctx, &ids).await? {
        if let Some(change) = others.get(&level.item) {
            write_policy(unit, level, &change.fields).await?;
        }
    }
    Ok(())
}

/// Of items that are held and changed already, and of which nothing has moved yet: a new cost is of what was there.
async fn change_costs(unit: &mut Unit, ctx: &Ctx, changes: &[&RowChange]) -> Result<(), Error> {
    let costs: HashMap<ItemId, Option<Money>> =
        changes.iter().filter_map(|change| other_cost(change)).collect();
    let ids: Vec<ItemId> = costs.keys().copied().collect();
    for level in hold(unit, ctx, &ids).await? {
        let before = costs.get(&level.item).copied().flatten();
        change_cost(unit, ctx, level.item, &level, before).await?;
    }
    Ok(())
}

/// An item that was there and costs something else from now on, with what it cost until then.
fn other_cost(change: &RowChange) -> Option<(ItemId, Option<Money>)> {
    let before = change.before.as_ref()?.fields.unit_cost;
    (before != change.fields.unit_cost).then_some((change.item, before))
}

/// An item that is to be ordered again at another level from now on.
fn reordered(change: &RowChange) -> Option<(ItemId, Option<Quantity>)> {
    let before = change.before.as_ref().and_then(|before| before.fields.reorder_level);
    let after = change.fields.reorder_level;
    (before != after).then_some((change.item, after))
}

pub(super) fn posting(ctx: &Ctx, import: ImportId, item: ItemId, quantity: Quantity) -> Posting {
    Posting {
        document: Some(Document { kind: DocumentKind::Import, id: import.uuid() }),
        reason: Some(format!("import {import}")),
        ..Posting::new(ctx, item, Place::main(ctx.tenant()), MovementKind::Import, quantity)
    }
}

/// One for the batch: it names the items, whose movements name the import, and what of them was changed.
fn written(batch: BatchOf, made: &[Made<RowChange>]) -> AuditEntry {
    let (mut created, mut before, mut after) = (Vec::new(), Map::new(), Map::new());
    for row in made {
        match (&row.outcome, &row.change.before) {
            (RowOutcome::Created { id }, _) => created.push(*id),
            (_, Some(_)) => {
                let (was, is) = differing(&row.change);
                before.insert(row.change.item.to_string(), Value::Object(was));
                after.insert(row.change.item.to_string(), Value::Object(is));
            }
            (_, None) => {}
        }
    }
    let before = (!before.is_empty()).then(|| json!({ "updated": before }));
    let after = json!({ "batch": batch.number, "created": created, "updated": after });
    of_import("inventory.items.import", batch, before, after)
}

/// The fields that are not the same before and after, and what is on hand where that has moved.
fn differing(change: &RowChange) -> (Map<String, Value>, Map<String, Value>) {
    let fields = |fields: &ItemFields| match json!(fields) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let Some(before) = &change.before else { return (Map::new(), Map::new()) };
    let (mut was, mut is) = (fields(&before.fields), fields(&change.fields));
    let same: Vec<String> = was
        .iter()
        .filter(|(name, value)| is.get(*name) == Some(*value))
        .map(|(name, _)| name.clone())
        .collect();
    for name in same {
        was.remove(&name);
        is.remove(&name);
    }
    if let Some(moved) = change.moved {
        let counted = before.on_hand.saturating_add(moved);
        was.insert("on_hand".to_owned(), json!(before.on_hand));
        is.insert("on_hand".to_owned(), json!(counted));
    }
    (was, is)
}
