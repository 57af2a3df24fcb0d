//! An order that is about to change, its lines, and what its lines are of.

use crate::domain::item::Moving;
use crate::domain::movement::EnteredQuantity;
use crate::domain::reservation::Portions;
use crate::domain::selling::{
    Action, LineInput, LineRefusal, SalesOrder, SalesOrderDetail, SalesOrderLine, Wanted, open_kits,
};
use crate::domain::share::{NoShare, Part};
use crate::domain::unique::unique;
use crate::error::Error;
use crate::service::ledger::receive_stock::in_item_unit;
use crate::service::places::find_place::fault;
use crate::service::selling::read_kits::keep_items;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::{ItemId, SalesOrderId, SalesOrderLineId};
use kernel::{Ctx, Faults, FieldError, Quantity};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The fault of a line that splits what has a serial number.
pub const NOT_PIECES: &str = "not_pieces";
pub const SPLIT: &str = "must be whole, since each piece has a serial number";

/// Held until the unit ends, and such that this may be done to it.
pub async fn hold_order(unit: &Unit, id: SalesOrderId, action: Action) -> Result<SalesOrderDetail, Error> {
    let order = store::sales_order::find_to_change(unit, id).await?.ok_or(Error::SalesOrderNotFound)?;
    let status = order.status;
    status.check(action).map_err(|instead| Error::SalesOrderIs { status, instead })?;
    with_lines(unit, order).await
}

pub async fn with_lines(unit: &Unit, order: SalesOrder) -> Result<SalesOrderDetail, Error> {
    let lines = store::sales_order_line::of(unit, order.id, order.fields.currency).await?;
    Ok(SalesOrderDetail { order, lines })
}

pub fn items_of(lines: &[SalesOrderLine]) -> Vec<ItemId> {
    unique(lines.iter().map(|line| line.item))
}

/// Lines as they are kept, in the units of their items, which stay until the unit ends, with the parts of kits in
/// place of those.
pub async fn read_lines(
    unit: &mut Unit,
    ctx: &Ctx,
    inputs: &[LineInput],
) -> Result<Vec<SalesOrderLine>, Error> {
    let items: BTreeSet<ItemId> = inputs.iter().map(|line| line.item).collect();
    let (moving, kits) = keep_items(unit, &items).await?;
    let mut faults = Faults::new();
    for (at, _) in inputs.iter().enumerate().filter(|(_, line)| !moving.contains_key(&line.item)) {
        faults.add(format!("/lines/{at}/item_id"), "unknown", "there is no such item");
    }
    faults.finish(()).map_err(Error::invalid)?;
    let mut said = Vec::with_capacity(inputs.len());
    for (at, input) in inputs.iter().enumerate() {
        let LineInput { item, unit_price, .. } = *input;
        let (quantity, entered) =
            line_quantity(unit, &moving, item, input.quantity, input.unit.as_deref(), at).await?;
        said.push(Wanted { item, quantity, entered, unit_price, kit: None });
    }
    let mut faults = Faults::new();
    let whole = |item: ItemId, quantity: Quantity| {
        let tracking = moving.get(&item).map(|moving| moving.tracking).unwrap_or_default();
        Portions::of(tracking).is_whole(quantity)
    };
    for (at, line) in said.iter().enumerate().filter(|(_, line)| !kits.contains_key(&line.item)) {
        let pointer = format!("/lines/{at}/quantity");
        faults.require(whole(line.item, line.quantity), &pointer, NOT_PIECES, SPLIT);
    }
    let wanted = open_kits(&mut faults, said, &kits);
    for part in &wanted {
        let Some(kit) = part.kit.as_ref().filter(|_| !whole(part.item, part.quantity)) else { continue };
        let detail = "must come to whole pieces of the parts that have serial numbers";
        faults.add(format!("/lines/{}/quantity", kit.line - 1), NOT_PIECES, detail);
    }
    let wanted = faults.finish(wanted).map_err(Error::invalid)?;
    let lines = wanted.into_iter().zip(1..);
    Ok(lines.map(|(wanted, position)| wanted.line(ctx.new_id(), position)).collect())
}

/// Of the line at this place of what was asked for.
pub fn item_of(moving: &BTreeMap<ItemId, Moving>, item: ItemId, at: usize) -> Result<&Moving, Error> {
    let gone =
        || fault(&format!("/lines/{at}/line_id"), "item_deleted", "its item was deleted; restore it first");
    moving.get(&item).ok_or_else(gone)
}

/// In the item's unit, beside what was said in another.
pub async fn line_quantity(
    unit: &Unit,
    moving: &BTreeMap<ItemId, Moving>,
    item: ItemId,
    quantity: Quantity,
    said: Option<&str>,
    at: usize,
) -> Result<(Quantity, Option<EnteredQuantity>), Error> {
    let converted = in_item_unit(unit, item_of(moving, item, at)?, quantity, said).await;
    converted.map_err(|error| error.below(&format!("/lines/{at}")))
}

/// What is said of a line: its share where that is known, else what a conversion tells.
pub async fn line_part(
    unit: &Unit,
    moving: &BTreeMap<ItemId, Moving>,
    item: ItemId,
    share: Option<Result<(Part, EnteredQuantity), NoShare>>,
    (quantity, said): (Quantity, Option<&str>),
    at: usize,
) -> Result<(Part, Option<EnteredQuantity>), Error> {
    item_of(moving, item, at)?;
    if let Some(share) = share {
        let no_share = |no: NoShare| fault(&format!("/lines/{at}/quantity"), no.code(), &no.to_string());
        let (part, entered) = share.map_err(no_share)?;
        return Ok((part, Some(entered)));
    }
    let (quantity, entered) = line_quantity(unit, moving, item, quantity, said, at).await?;
    Ok((Part::of_item(quantity), entered))
}

/// Where each named line stands among the order's; those that are not there are told.
pub fn places_of(
    lines: &[SalesOrderLine],
    named: impl Iterator<Item = SalesOrderLineId>,
) -> Result<Vec<usize>, Error> {
    let by_id: BTreeMap<SalesOrderLineId, usize> =
        lines.iter().enumerate().map(|(place, line)| (line.id, place)).collect();
    let mut faults = Faults::new();
    let mut places = Vec::new();
    for (at, id) in named.enumerate() {
        match by_id.get(&id) {
            Some(place) => places.push(*place),
            None => faults.add(format!("/lines/{at}/line_id"), "unknown", "the order has no such line"),
        }
    }
    faults.finish(places).map_err(Error::invalid)
}

pub fn refused(at: usize, refusal: LineRefusal) -> FieldError {
    let pointer = format!("/lines/{at}/quantity");
    FieldError { pointer, code: refusal.code().into(), detail: refusal.to_string() }
}

/// What the log is told of an order that was changed.
pub fn changed(action: &'static str, before: &SalesOrderDetail, after: &SalesOrderDetail) -> AuditEntry {
    AuditEntry {
        action,
        resource: "sales_order",
        resource_id: after.order.id.uuid(),
        before: Some(audited(before)),
        after: Some(audited(after)),
    }
}

/// What an audit entry says of an order.
pub fn audited(detail: &SalesOrderDetail) -> Value {
    let lines = detail.lines.iter().map(|line| {
        let kit = line.kit.as_ref();
        let kit = kit.map(|kit| json!({ "line": kit.line, "item": kit.item, "quantity": kit.quantity }));
        json!({
            "line": line.id, "item": line.item, "quantity": line.quantity, "allocated": line.allocated,
            "shipped": line.shipped, "returned": line.returned, "cancelled": line.cancelled, "kit": kit,
        })
    });
    let lines: Vec<Value> = lines.collect();
    json!({ "status": detail.order.status, "fields": detail.order.fields, "lines": lines })
}
