//! Gives an item the parts that it is sold as or made of, in place of those that it had.

use crate::App;
use crate::domain::item::Moving;
use crate::domain::kit::{Bill, BillKind, Bills, Component, MAX_COMPONENTS, MAX_DEPTH, OutOfRange};
use crate::domain::stock::{self, Level, MAX_QUANTITY};
use crate::error::Error;
use crate::service::kits::read_bills::{Below, bills_of, find_bill};
use crate::service::ledger::hold::hold;
use crate::service::ledger::receive_stock::in_item_unit;
use crate::service::reordering::watch::watch;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::{ComponentsChanged, ItemComponent, ItemId};
use kernel::{Ctx, Faults, Quantity};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub struct PutComponents {
    /// Of an item that gets any.
    pub kind: Option<BillKind>,
    pub components: Vec<ComponentInput>,
}

pub struct ComponentInput {
    pub item: ItemId,
    pub quantity: Quantity,
    /// The component's own where nothing is said.
    pub unit: Option<String>,
}

/// `expected` is the version the caller saw; none means any.
pub async fn put_components(
    app: &App,
    ctx: &Ctx,
    item: ItemId,
    expected: Option<i64>,
    command: PutComponents,
) -> Result<Bill, Error> {
    check(item, &command)?;
    let kind = command.kind.filter(|_| !command.components.is_empty());
    let mut unit = app.databases.write(ctx).await?;
    store::bill::hold_all(&unit, ctx).await?;
    let mut items: Vec<ItemId> = command.components.iter().map(|component| component.item).collect();
    items.push(item);
    // Whoever deletes one of them holds it as well.
    let levels = hold(&mut unit, ctx, &items).await?;
    let mut level = levels.into_iter().find(|level| level.item == item).ok_or(Error::ItemNotFound)?;
    let before = find_bill(&unit, item).await?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale_one());
    }
    let moving = store::item::moving(&unit, &items).await?;
    let components = in_their_units(&unit, &moving, command.components).await?;
    if (before.kind, &before.components) == (kind, &components) {
        return Ok(unit.commit(before).await?);
    }
    check_tree(&unit, item, kind, &components).await?;
    change_kind(&mut unit, ctx, &mut level, kind).await?;
    store::bill::replace(&unit, ctx, &before, kind, &components).await?;
    let after = find_bill(&unit, item).await?;
    let parts =
        after.components.iter().map(|part| ItemComponent { item: part.item, quantity: part.quantity });
    unit.publish(&ComponentsChanged {
        item,
        bill_kind: after.kind.map(|kind| kind.name().to_owned()),
        components: parts.collect(),
    })?;
    unit.audit(AuditEntry {
        action: "inventory.item.put_components",
        resource: "item",
        resource_id: item.uuid(),
        before: Some(told(&before)),
        after: Some(told(&after)),
    })?;
    Ok(unit.commit(after).await?)
}

fn check(item: ItemId, command: &PutComponents) -> Result<(), Error> {
    let mut faults = Faults::new();
    if command.components.len() > MAX_COMPONENTS {
        faults.add("/components", "too_many", format!("must be at most {MAX_COMPONENTS}"));
    }
    if command.kind.is_none() && !command.components.is_empty() {
        faults.add("/kind", "required", "is required with components: kit or assembly");
    }
    let mut seen = BTreeSet::new();
    for (at, component) in command.components.iter().take(MAX_COMPONENTS).enumerate() {
        stock::check_moved(&mut faults, &format!("/components/{at}/quantity"), component.quantity);
        let pointer = format!("/components/{at}/item_id");
        if component.item == item {
            faults.add(pointer, "itself", "is the item itself, which is no part of itself");
        } else if !seen.insert(component.item) {
            faults.add(pointer, "repeated", "is there twice: name it once, with the whole quantity");
        }
    }
    faults.finish(()).map_err(Error::invalid)
}

async fn in_their_units(
    unit: &Unit,
    moving: &BTreeMap<ItemId, Moving>,
    inputs: Vec<ComponentInput>,
) -> Result<Vec<Component>, Error> {
    let mut faults = Faults::new();
    let mut components = Vec::with_capacity(inputs.len());
    for (at, input) in inputs.into_iter().enumerate() {
        let place = format!("/components/{at}");
        let Some(moving) = moving.get(&input.item) else {
            faults.add(format!("{place}/item_id"), "unknown", "there is no such item");
            continue;
        };
        let converted = in_item_unit(unit, moving, input.quantity, input.unit.as_deref()).await;
        let (quantity, entered) = converted.map_err(|error| error.below(&place))?;
        if quantity > MAX_QUANTITY {
            let detail = format!("must be at most {MAX_QUANTITY} of the component's unit");
            faults.add(format!("{place}/quantity"), "too_large", detail);
        }
        components.push(Component { item: input.item, quantity, entered });
    }
    faults.finish(components).map_err(Error::invalid)
}

/// Nobody else changes a bill meanwhile, so what is right here stays right.
async fn check_tree(
    unit: &Unit,
    item: ItemId,
    kind: Option<BillKind>,
    components: &[Component],
) -> Result<(), Error> {
    let Some(kind) = kind else { return Ok(()) };
    let parts: Vec<_> = components.iter().map(|component| (component.item, component.quantity)).collect();
    let below: Vec<ItemId> = parts.iter().map(|(part, _)| *part).collect();
    let mut bills: Bills = bills_of(unit, &below, Below::All).await?;
    bills.insert(item, kind, parts);
    if let Some(path) = bills.loop_of(item) {
        let named = store::item::moving(unit, &path).await?;
        let sku =
            |item: &ItemId| named.get(item).map_or_else(|| item.to_string(), |named| named.sku.to_string());
        return Err(Error::BillLoop { path: path.iter().map(sku).collect::<Vec<_>>().join(" > ") });
    }
    let most = i64::try_from(MAX_DEPTH).unwrap_or(i64::MAX);
    let above = store::bill_component::levels_above(unit, item, most).await?;
    if above + bills.levels(item) > MAX_DEPTH {
        return Err(Error::BillTooDeep);
    }
    bills.for_one(item).map(drop).map_err(|OutOfRange| Error::BillTooLarge)
}

/// Nothing of a kit is stocked: its balance says so, and refuses what would stay. Whoever orders the item holds it too,
/// and a draft of it is refused when it is placed. What customers have of it is no hindrance: there is no end to what
/// may come back, so no item that was ever sold would become a kit. It comes back as `take_back_goods` says.
async fn change_kind(
    unit: &mut Unit,
    ctx: &Ctx,
    level: &mut Level,
    kind: Option<BillKind>,
) -> Result<(), Error> {
    let kit = kind == Some(BillKind::Kit);
    if kit == level.kit {
        return Ok(());
    }
    let nothing = level.on_hand == Quantity::ZERO && level.reserved == Quantity::ZERO && !level.awaited;
    if kit && (!nothing || store::bin::any_of(unit, &[level.item]).await?) {
        return Err(Error::KitHasStock);
    }
    if kit && store::purchase_order_line::any_on_order(unit, &[level.item]).await? {
        return Err(Error::ItemOnOrder);
    }
    level.kit = kit;
    store::stock_level::set_kit(unit, level.item, kit).await?;
    Ok(watch(unit, ctx, level).await?)
}

fn told(bill: &Bill) -> Value {
    let components = bill.components.iter();
    let components: Vec<_> = components
        .map(|component| json!({ "item_id": component.item, "quantity": component.quantity }))
        .collect();
    json!({ "kind": bill.kind, "components": components })
}
