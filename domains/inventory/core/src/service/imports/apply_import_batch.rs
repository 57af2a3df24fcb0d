//! Takes a batch of rows from a file. The good rows, the movements they cause and the record of what the batch came
//! to are one transaction, so a batch that is sent again is answered from the record and changes nothing. A dry run
//! is the same code without the commit.

use crate::App;
use crate::domain::import_row::{CheckedRow, Present, check_row};
use crate::domain::item::{Item, ItemFields};
use crate::domain::ledger::WarehouseLevel;
use crate::domain::movement::{Document, DocumentKind, MovementKind};
use crate::domain::place::Place;
use crate::domain::sku::Sku;
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::catalogue::hold_category::hold_categories;
use crate::service::ledger::hold::hold;
use crate::service::ledger::post::{Posting, post};
use crate::service::reordering::watch::follow;
use crate::service::valuation::change_cost::change_cost;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::ItemId;
use kernel::{Ctx, FieldError, Money, Quantity};
use module::{ApplyBatch, BatchOutcome, ImportId, ImportRow, RowFault, RowOutcome};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

pub async fn apply_import_batch(app: &App, ctx: &Ctx, batch: &ApplyBatch) -> Result<BatchOutcome, Error> {
    let error = match apply(app, ctx, batch).await {
        Err(Error::Data(error @ (data::Error::Unique(_) | data::Error::Busy(_)))) => error,
        done => return done,
    };
    // Another transaction was faster. If it applied this very batch, that is the answer.
    let tx = app.databases.read(ctx).await?;
    match store::import_batch::outcome(&tx, batch.import, batch.batch).await? {
        Some(outcome) if !batch.dry_run => Ok(outcome),
        _ => Err(error.into()),
    }
}

async fn apply(app: &App, ctx: &Ctx, batch: &ApplyBatch) -> Result<BatchOutcome, Error> {
    let mut unit = app.databases.write(ctx).await?;
    if !batch.dry_run
        && let Some(outcome) = store::import_batch::outcome(&unit, batch.import, batch.batch).await?
    {
        return Ok(outcome);
    }
    let known = Known::read(&mut unit, ctx, &batch.rows).await?;
    let mut changes = Changes::default();
    let (mut seen, named) = named_before(&unit, batch).await?;
    let rows = batch.rows.iter().map(|row| decide(ctx, row, &known, &mut seen, &mut changes)).collect();
    let outcome = BatchOutcome { rows };
    let new: Vec<Sku> = seen.into_iter().filter(|sku| !named.contains(sku)).collect();
    if batch.dry_run {
        // Written in full and dropped: what the database would refuse, it refuses here too.
        changes.write(&mut unit, ctx, batch.import).await?;
        drop(unit);
        let unit = app.databases.write(ctx).await?;
        store::import_sku::record(&unit, ctx, batch.import, batch.batch, new.iter()).await?;
        return Ok(unit.commit(outcome).await?);
    }
    changes.write(&mut unit, ctx, batch.import).await?;
    store::import_sku::record(&unit, ctx, batch.import, batch.batch, new.iter()).await?;
    let id = ctx.new_id::<()>().uuid();
    store::import_batch::record(&unit, id, batch.import, batch.batch, &outcome).await?;
    unit.audit(audit_entry(batch, &outcome, &changes))?;
    Ok(unit.commit(outcome).await?)
}

/// The batch's SKUs that an earlier batch of the file named, which are repeats, and all that are recorded already: a
/// dry run's batch that comes again finds its own.
async fn named_before(unit: &Unit, batch: &ApplyBatch) -> Result<(HashSet<Sku>, HashSet<Sku>), data::Error> {
    let skus: HashSet<Sku> = batch.rows.iter().filter_map(sku_of).collect();
    let recorded = store::import_sku::named(unit, batch.import, &skus).await?;
    let earlier = recorded.iter().filter(|(_, first)| *first < i64::from(batch.batch));
    let earlier = earlier.map(|(sku, _)| sku.clone()).collect();
    Ok((earlier, recorded.into_iter().map(|(sku, _)| sku).collect()))
}

/// The items the batch speaks of that there are already, by sku.
struct Known(HashMap<Sku, KnownItem>);

struct KnownItem {
    item: Item,
    level: Level,
    main: WarehouseLevel,
    floor: Quantity,
}

impl Known {
    /// A few statements for the whole batch. The levels stay as they are read until the transaction ends.
    async fn read(unit: &mut Unit, ctx: &Ctx, rows: &[ImportRow]) -> Result<Self, Error> {
        let skus: HashSet<Sku> = rows.iter().filter_map(sku_of).collect();
        let skus: Vec<Sku> = skus.into_iter().collect();
        let items = store::item::with_skus(unit, &skus).await?;
        let ids: Vec<ItemId> = items.iter().map(|item| item.id).collect();
        let levels = hold(unit, ctx, &ids).await?;
        let main = Place::main(ctx.tenant());
        let there = store::warehouse_level::of(unit, &ids, &[main.warehouse]).await?;
        let there: HashMap<_, _> = there.into_iter().map(|(item, _, level)| (item, level)).collect();
        let floor = store::bin::touched(unit, &ids, &[main.location], &[]).await?;
        let floor: HashMap<_, _> = floor.into_iter().map(|(item, _, on_hand)| (item, on_hand)).collect();
        let mut levels: HashMap<ItemId, Level> =
            levels.into_iter().map(|level| (level.item, level)).collect();
        let stocked = items.into_iter().filter_map(|item| {
            let level = levels.remove(&item.id)?;
            let main = there.get(&item.id).copied().unwrap_or_default();
            let floor = floor.get(&item.id).copied().unwrap_or_default();
            Some((item.fields.sku.clone(), KnownItem { item, level, main, floor }))
        });
        Ok(Self(stocked.collect()))
    }
}

fn sku_of(row: &ImportRow) -> Option<Sku> {
    row.values.get("sku")?.parse().ok()
}

/// What the good rows come to.
#[derive(Default)]
struct Changes {
    created: Vec<(ItemId, ItemFields)>,
    updated: Vec<(ItemId, i64, ItemFields)>,
    /// What the items cost until now that cost something else from now on.
    costs: Vec<(Level, Option<Money>)>,
    moved: Vec<(ItemId, Quantity)>,
    /// What of the updated items is changed, by their ids: as it was, and as it is.
    before: Map<String, Value>,
    after: Map<String, Value>,
}

/// What becomes of one row; a good one is added to the changes.
fn decide(
    ctx: &Ctx,
    row: &ImportRow,
    known: &Known,
    seen: &mut HashSet<Sku>,
    changes: &mut Changes,
) -> RowOutcome {
    let sku = sku_of(row);
    let present = sku.as_ref().and_then(|sku| known.0.get(sku));
    let new_id = ctx.new_id();
    let as_present = present.map(|known| Present {
        fields: &known.item.fields,
        level: known.level,
        main: known.main,
        floor: known.floor,
    });
    let checked = check_row(&row.values, as_present);
    let repeated = sku.is_some_and(|sku| !seen.insert(sku));
    let mut faults: Vec<RowFault> = checked.as_ref().err().into_iter().flatten().map(row_fault).collect();
    if repeated {
        faults.push(RowFault {
            field: "sku".to_owned(),
            rule: "duplicate_sku".to_owned(),
            detail: "an earlier row of this file has the same sku".to_owned(),
        });
    }
    match checked {
        Ok(checked) if !repeated => changes.add(checked, present, new_id),
        _ => RowOutcome::Refused { faults },
    }
}

fn row_fault(error: &FieldError) -> RowFault {
    RowFault {
        field: error.pointer.trim_start_matches('/').to_owned(),
        rule: error.code.to_string(),
        detail: error.detail.clone(),
    }
}

impl Changes {
    fn add(&mut self, row: CheckedRow, present: Option<&KnownItem>, new_id: ItemId) -> RowOutcome {
        let CheckedRow { fields, difference } = row;
        let id = present.map_or(new_id, |known| known.item.id);
        if let Some(difference) = difference {
            self.moved.push((id, difference));
        }
        let Some(KnownItem { item, level, .. }) = present else {
            self.created.push((id, fields));
            return RowOutcome::Created { id: id.uuid() };
        };
        if fields == item.fields && difference.is_none() {
            return RowOutcome::Unchanged { id: id.uuid() };
        }
        let (mut before, mut after) = differing(&item.fields, &fields);
        if let Some(difference) = difference {
            let counted = Quantity::from_millionths(level.on_hand.millionths() + difference.millionths());
            before.insert("on_hand".to_owned(), json!(level.on_hand));
            after.insert("on_hand".to_owned(), json!(counted));
        }
        self.before.insert(id.to_string(), Value::Object(before));
        self.after.insert(id.to_string(), Value::Object(after));
        if fields.unit_cost != item.fields.unit_cost {
            self.costs.push((*level, item.fields.unit_cost));
        }
        if fields != item.fields {
            self.updated.push((id, item.version, fields));
        }
        RowOutcome::Updated { id: id.uuid() }
    }

    async fn write(&self, unit: &mut Unit, ctx: &Ctx, import: ImportId) -> Result<(), Error> {
        let items: Vec<_> = self.created.iter().map(|(id, fields)| (*id, fields)).collect();
        let levels: Vec<_> = self.created.iter().map(|(id, fields)| Level::of(*id, fields)).collect();
        let fields = items.iter().map(|(_, fields)| *fields);
        let fields = fields.chain(self.updated.iter().map(|(_, _, fields)| fields));
        hold_categories(unit, ctx, fields.map(|fields| fields.category.as_deref())).await?;
        store::item::insert_all(unit, &items).await?;
        store::stock_level::insert_all(unit, ctx, &levels).await?;
        for (id, seen, fields) in &self.updated {
            let updated = store::item::update(unit, *id, *seen, fields).await?;
            updated.ok_or_else(|| data::Error::Busy("an item was changed while it was imported".into()))?;
        }
        for (level, cost) in &self.costs {
            change_cost(unit, ctx, level.item, level, *cost).await?;
        }
        let postings: Vec<_> =
            self.moved.iter().map(|(item, quantity)| posting(ctx, import, *item, *quantity)).collect();
        post(unit, ctx, &postings).await?;
        let updated = self.updated.iter().map(|(id, _, fields)| (*id, fields.reorder_level));
        let created = self.created.iter().map(|(id, fields)| (*id, fields.reorder_level));
        let low = created.filter(|(_, level)| level.is_some());
        follow(unit, ctx, updated.chain(low).collect::<Vec<_>>()).await.map(drop)
    }
}

/// The fields that are not the same in both.
fn differing(before: &ItemFields, after: &ItemFields) -> (Map<String, Value>, Map<String, Value>) {
    let (Value::Object(mut before), Value::Object(mut after)) = (json!(before), json!(after)) else {
        return (Map::new(), Map::new());
    };
    before.retain(|name, was| after.get(name) != Some(&*was));
    after.retain(|name, _| before.contains_key(name));
    (before, after)
}

fn posting(ctx: &Ctx, import: ImportId, item: ItemId, quantity: Quantity) -> Posting {
    Posting {
        document: Some(Document { kind: DocumentKind::Import, id: import.uuid() }),
        reason: Some(format!("import {import}")),
        ..Posting::new(ctx, item, Place::main(ctx.tenant()), MovementKind::Import, quantity)
    }
}

/// One for the batch: it names the items, whose movements name the import, and what of them was changed.
fn audit_entry(batch: &ApplyBatch, outcome: &BatchOutcome, changes: &Changes) -> AuditEntry {
    let created = outcome.rows.iter().filter_map(|row| match row {
        RowOutcome::Created { id } => Some(id),
        _ => None,
    });
    let created: Vec<_> = created.collect();
    let updated = &changes.after;
    let refused = outcome.rows.iter().filter(|row| matches!(row, RowOutcome::Refused { .. })).count();
    AuditEntry {
        action: "inventory.items.import",
        resource: "import",
        resource_id: batch.import.uuid(),
        before: (!changes.before.is_empty()).then(|| json!({ "updated": changes.before })),
        after: Some(
            json!({ "batch": batch.batch, "created": created, "updated": updated, "refused": refused }),
        ),
    }
}
