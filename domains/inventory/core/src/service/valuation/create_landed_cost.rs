//! Allocates freight, duty or another cost of bringing stock here to the receipts that it is of, to the minor unit. What of
//! them is still there is worth its share more; the share of what was issued meanwhile is cost of that.

use crate::App;
use crate::domain::cost::MAX_UNIT_COST_MINOR;
use crate::domain::costing::landed::{Basis, LandedCost, LandedLine, Line, allocate};
use crate::domain::costing::{EntryKind, Value, ValueEntry};
use crate::domain::item::Moving;
use crate::domain::stock::Level;
use crate::domain::text;
use crate::domain::unique::unique;
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::service::ledger::receive_stock::MAX_REFERENCE;
use crate::service::places::find_place::fault;
use crate::service::valuation::accounts::{Accounts, Needs, Of, refused};
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::{ItemId, LandedCostAllocated, LandedCostId, MovementId};
use kernel::{Ctx, Faults, Money, Quantity};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

pub const MAX_LINES: usize = 100;

pub struct CreateLandedCost {
    /// The caller's own, if it has one.
    pub id: Option<LandedCostId>,
    /// A credit is below 0.
    pub amount: Money,
    pub basis: Basis,
    /// The receipts that it is of.
    pub movements: Vec<MovementId>,
    pub reference: Option<String>,
}

pub async fn create_landed_cost(
    app: &App,
    ctx: &Ctx,
    command: CreateLandedCost,
) -> Result<LandedCost, Error> {
    let reference = check(&command)?;
    let CreateLandedCost { amount, basis, movements, .. } = command;
    let id = command.id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    let receipts = find_receipts(&mut unit, ctx, &movements).await?;
    let shares = allocate_to(amount, basis, &receipts)?;
    let mut cost = store::landed_cost::insert(&unit, id, amount, basis, reference.as_deref()).await?;
    cost.lines = land(&unit, ctx, id, &receipts, &shares).await?;
    store::landed_cost_line::insert_all(&unit, ctx, id, &cost.lines).await?;
    let kept_minor = cost.lines.iter().map(|line| line.kept_minor).sum();
    let kept = Money::new(kept_minor, amount.currency);
    unit.publish(&LandedCostAllocated { cost: id, amount, kept, reference: reference.clone() })?;
    unit.audit(AuditEntry {
        action: "inventory.landed_cost.create",
        resource: "landed_cost",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!({
            "amount": amount, "basis": basis.name(), "kept": kept, "movements": movements,
            "reference": reference,
        })),
    })?;
    Ok(unit.commit(cost).await?)
}

fn check(command: &CreateLandedCost) -> Result<Option<String>, Error> {
    let CreateLandedCost { amount, movements, reference, .. } = command;
    let mut faults = Faults::new();
    let size = amount.amount_minor.unsigned_abs();
    let detail = format!("must not be 0, nor more than {MAX_UNIT_COST_MINOR}");
    let allowed = (1..=MAX_UNIT_COST_MINOR.unsigned_abs()).contains(&size);
    faults.require(allowed, "/amount/amount", "out_of_range", &detail);
    let detail = format!("must be 1 to {MAX_LINES} receipts");
    faults.require((1..=MAX_LINES).contains(&movements.len()), "/lines", "out_of_range", &detail);
    let mut seen = BTreeSet::new();
    for (at, movement) in movements.iter().enumerate() {
        if !seen.insert(*movement) {
            faults.add(format!("/lines/{at}/movement_id"), "repeated", "is named by an earlier line");
        }
    }
    let reference = text::optional_line(&mut faults, "/reference", reference.as_deref(), MAX_REFERENCE);
    faults.finish(reference).map_err(Error::invalid)
}

/// Receipts that were valued, with their items, which are held from here on.
struct Receipts {
    /// In the order they were named.
    entries: Vec<ValueEntry>,
    levels: BTreeMap<ItemId, Level>,
    moving: BTreeMap<ItemId, Moving>,
}

async fn find_receipts(unit: &mut Unit, ctx: &Ctx, ids: &[MovementId]) -> Result<Receipts, Error> {
    let movements = store::movement::find_all(unit, ids).await?;
    let known: BTreeSet<MovementId> = movements.iter().map(|movement| movement.id).collect();
    let items = unique(movements.iter().map(|movement| movement.item));
    let levels = hold(unit, ctx, &items).await?;
    let moving = store::item::moving(unit, &items).await?;
    let reversed = store::movement::reversed_among(unit, ids).await?;
    let written = store::value_entry::of_movements(unit, ids).await?;
    let receipt_of = |id: MovementId| {
        let of = |entry: &&ValueEntry| {
            let positive = entry.change.quantity.is_positive();
            entry.movement == Some(id) && entry.change.kind == EntryKind::Receipt && positive
        };
        written.iter().find(of).cloned()
    };
    let (mut entries, mut faults) = (Vec::with_capacity(ids.len()), Faults::new());
    for (at, id) in ids.iter().enumerate() {
        let pointer = format!("/lines/{at}/movement_id");
        match receipt_of(*id) {
            _ if !known.contains(id) => faults.add(pointer, "unknown", "there is no such movement"),
            _ if reversed.contains(id) => faults.add(pointer, "reversed", "was taken back, whole or in part"),
            Some(entry) if moving.contains_key(&entry.item) => entries.push(entry),
            _ => faults.add(pointer, "not_a_receipt", "is no receipt of stock that is valued"),
        }
    }
    let levels = levels.into_iter().map(|level| (level.item, level)).collect();
    faults.finish(Receipts { entries, levels, moving }).map_err(Error::invalid)
}

fn allocate_to(amount: Money, basis: Basis, receipts: &Receipts) -> Result<Vec<i64>, Error> {
    let entries = &receipts.entries;
    if let Some(other) = entries.iter().find(|entry| entry.currency != amount.currency) {
        let detail = format!("must be {}, which the receipts are valued in", other.currency);
        return Err(fault("/amount/currency", "other_currency", &detail));
    }
    let units = entries.iter().filter_map(|entry| receipts.moving.get(&entry.item));
    let units: BTreeSet<&str> = units.map(|moving| moving.unit.as_str()).collect();
    if basis == Basis::Quantity && units.len() > 1 {
        let detail = "must not be quantity, as the items are counted in different units";
        return Err(fault("/basis", "units_differ", detail));
    }
    let line = |entry: &ValueEntry| Line {
        value_minor: entry.change.value.minor(),
        quantity: entry.change.quantity,
    };
    let lines: Vec<Line> = entries.iter().map(line).collect();
    allocate(amount.amount_minor, basis, &lines)
        .map_err(|error| fault("/basis", error.code(), &error.to_string()))
}

async fn land(
    unit: &Unit,
    ctx: &Ctx,
    cost: LandedCostId,
    receipts: &Receipts,
    shares: &[i64],
) -> Result<Vec<LandedLine>, Error> {
    let (mut items, mut needs) = (BTreeMap::new(), BTreeMap::<ItemId, Needs>::new());
    for entry in &receipts.entries {
        let item = entry.item;
        let (Some(moving), Some(level)) = (receipts.moving.get(&item), receipts.levels.get(&item)) else {
            return Err(Error::ItemNotFound);
        };
        items.insert(item, (moving, level));
        needs.entry(item).or_default().layers.push(entry.sequence);
    }
    let mut accounts = Accounts::read(unit, ctx, &items, &needs).await?;
    let mut lines = Vec::with_capacity(shares.len());
    let mut of_item: BTreeMap<ItemId, i64> = BTreeMap::new();
    for (entry, share) in receipts.entries.iter().zip(shares) {
        let account = accounts.get(entry.item).ok_or(Error::ItemNotFound)?;
        let movement = entry.movement.ok_or(Error::MovementNotFound)?;
        let was = account.position.stock().value.minor();
        let value = Value::from_minor(*share).map_err(refused)?;
        let quantity = entry.change.quantity;
        let of_item = of_item.entry(entry.item).or_default();
        let others = Quantity::from_millionths(*of_item);
        let changes = account.position.land(value, quantity, entry.sequence, others).map_err(refused)?;
        *of_item = of_item.saturating_add(quantity.millionths());
        let of = Of { movement: Some(movement), landed_cost: Some(cost), ..Of::default() };
        account.book(ctx, of, changes)?;
        let kept_minor = account.position.stock().value.minor() - was;
        lines.push(LandedLine { movement, item: entry.item, quantity, amount_minor: *share, kept_minor });
    }
    accounts.write(unit, ctx).await?;
    Ok(lines)
}
