//! A count begins: a sheet of what lies at a place, or of some items there.

use crate::App;
use crate::domain::count::{Count, MAX_LINES, Shelf};
use crate::domain::lot::Tracking;
use crate::domain::place::Place;
use crate::domain::text;
use crate::error::Error;
use crate::service::ledger::adjust_stock::MAX_REASON;
use crate::service::ledger::receive_stock::MAX_REFERENCE;
use crate::service::places::find_place::{fault, find_place};
use crate::service::places::main_warehouse::ensure_main;
use crate::store;
use crate::store::count::NewCount;
use crate::store::count_line::NewLine;
use data::{AuditEntry, Unit};
use inventory_contract::{CountId, ItemId, LocationId, WarehouseId};
use kernel::{Ctx, Faults, Quantity};
use serde_json::json;

pub struct CreateCount {
    /// The caller's own, if it has one.
    pub id: Option<CountId>,
    pub warehouse: Option<WarehouseId>,
    pub location: Option<LocationId>,
    /// All that lie there where none are named.
    pub items: Option<Vec<ItemId>>,
    pub blind: bool,
    pub reason: String,
    pub reference: Option<String>,
}

pub async fn create_count(app: &App, ctx: &Ctx, command: CreateCount) -> Result<Count, Error> {
    let CreateCount { id, warehouse, location, items, blind, reason, reference } = command;
    let mut faults = Faults::new();
    let allowed = items.as_ref().is_none_or(|items| (1..=MAX_LINES).contains(&items.len()));
    faults.require(allowed, "/items", "out_of_range", "must have from 1 to 1,000 items");
    let reason = text::line(&mut faults, "/reason", &reason, MAX_REASON);
    let reference = text::optional_line(&mut faults, "/reference", reference.as_deref(), MAX_REFERENCE);
    let (reason, reference) = faults.finish((reason, reference)).map_err(Error::invalid)?;

    let mut unit = app.databases.write(ctx).await?;
    let place = find_place(&unit, warehouse, location).await?;
    if place.warehouse == Place::main(ctx.tenant()).warehouse {
        ensure_main(&mut unit, ctx).await?;
    }
    let lines = sheet(&unit, place, location, items).await?;
    let id = id.unwrap_or_else(|| ctx.new_id());
    let new = NewCount {
        id,
        warehouse: place.warehouse,
        location,
        blind,
        reason,
        reference,
        lines: lines.len() as i64,
    };
    let count = store::count::insert(&unit, new).await?;
    store::count_line::insert_all(&unit, ctx, id, &lines).await?;
    unit.audit(AuditEntry {
        action: "inventory.count.create",
        resource: "count",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!({
            "warehouse": count.warehouse,
            "location": count.location,
            "blind": blind,
            "lines": count.totals.lines,
            "reason": count.reason,
            "reference": count.reference,
        })),
    })?;
    Ok(unit.commit(count).await?)
}

/// A line for each shelf where something lies, and for each named item that lies nowhere and needs no lot.
async fn sheet(
    unit: &Unit,
    place: Place,
    location: Option<LocationId>,
    items: Option<Vec<ItemId>>,
) -> Result<Vec<NewLine>, Error> {
    let on_the_way = store::location::transits_of(unit, place.warehouse).await?;
    let (at, named, most) = (place.warehouse, items.as_deref(), MAX_LINES as u64 + 1);
    let lying = store::bin::lying(unit, at, location, named, &on_the_way, most).await?;
    let line = |item: ItemId, location: LocationId, lot, expected: Quantity| NewLine {
        shelf: Shelf { item, location, lot },
        expected,
        found: None,
    };
    let mut lines: Vec<NewLine> =
        lying.into_iter().map(|(item, bin, on_hand)| line(item, bin.location, bin.lot, on_hand)).collect();
    if let Some(items) = items {
        let moving = store::item::moving(unit, &items).await?;
        let mut faults = Faults::new();
        for (at, _) in items.iter().enumerate().filter(|(_, item)| !moving.contains_key(item)) {
            faults.add(format!("/items/{at}/item_id"), "unknown", "there is no such item");
        }
        faults.finish(()).map_err(Error::invalid)?;
        for (item, moving) in moving {
            let lies = lines.iter().any(|line| line.shelf.item == item);
            if !lies && moving.tracking == Tracking::None {
                lines.push(line(item, place.location, None, Quantity::ZERO));
            }
        }
    }
    if lines.len() > MAX_LINES {
        let detail = "would have more than 1,000 lines: count one location at a time, or name the items";
        return Err(fault("/items", "too_many", detail));
    }
    Ok(lines)
}
