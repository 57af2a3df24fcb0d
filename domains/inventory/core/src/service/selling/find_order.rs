//! An order that is about to change, its lines, and what its lines are of.

use crate::domain::item::Moving;
use crate::domain::movement::EnteredQuantity;
use crate::domain::selling::{Action, LineInput, LineRefusal, SalesOrder, SalesOrderDetail, SalesOrderLine};
use crate::error::Error;
use crate::service::catalogue::to_item_unit::{ItemAndUnit, to_item_unit_at};
use crate::service::places::find_place::fault;
use crate::store;
use data::Unit;
use inventory_contract::{ItemId, SalesOrderId, SalesOrderLineId};
use kernel::{Ctx, Faults, FieldError, Quantity};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

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
    let items: BTreeSet<ItemId> = lines.iter().map(|line| line.item).collect();
    items.into_iter().collect()
}

/// Lines as they are kept, in the units of their items.
pub async fn read_lines(unit: &Unit, ctx: &Ctx, inputs: &[LineInput]) -> Result<Vec<SalesOrderLine>, Error> {
    let items: BTreeSet<ItemId> = inputs.iter().map(|line| line.item).collect();
    let items: Vec<ItemId> = items.into_iter().collect();
    let moving = store::item::moving(unit, &items).await?;
    let mut faults = Faults::new();
    for (at, _) in inputs.iter().enumerate().filter(|(_, line)| !moving.contains_key(&line.item)) {
        faults.add(format!("/lines/{at}/item_id"), "unknown", "there is no such item");
    }
    faults.finish(()).map_err(Error::invalid)?;
    let mut lines = Vec::with_capacity(inputs.len());
    for (at, input) in inputs.iter().enumerate() {
        let (quantity, entered) =
            line_quantity(unit, &moving, input.item, input.quantity, input.unit.as_deref(), at).await?;
        lines.push(SalesOrderLine {
            id: ctx.new_id(),
            position: i64::try_from(at).map_err(data::Error::internal)? + 1,
            item: input.item,
            quantity,
            entered,
            unit_price: input.unit_price,
            allocated: Quantity::ZERO,
            shipped: Quantity::ZERO,
            returned: Quantity::ZERO,
            cancelled: Quantity::ZERO,
            reservation: None,
            waits_since: None,
        });
    }
    Ok(lines)
}

/// Of the line at this place of what was asked for.
pub async fn line_quantity(
    unit: &Unit,
    moving: &BTreeMap<ItemId, Moving>,
    item: ItemId,
    quantity: Quantity,
    said: Option<&str>,
    at: usize,
) -> Result<(Quantity, Option<EnteredQuantity>), Error> {
    let gone =
        || fault(&format!("/lines/{at}/line_id"), "item_deleted", "its item was deleted; restore it first");
    let moving = moving.get(&item).ok_or_else(gone)?;
    let of = ItemAndUnit { id: moving.id, unit: &moving.unit };
    let converted = to_item_unit_at(unit, of, quantity, said, &format!("/lines/{at}")).await?;
    let rounding = converted.rounding;
    let entered = converted.entered.map(|entered| EnteredQuantity {
        quantity: entered.quantity,
        unit: entered.unit.to_string(),
        rounding,
    });
    Ok((converted.quantity, entered))
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

/// What an audit entry says of an order.
pub fn audited(detail: &SalesOrderDetail) -> Value {
    let lines = detail.lines.iter().map(|line| {
        json!({
            "line": line.id, "item": line.item, "quantity": line.quantity, "allocated": line.allocated,
            "shipped": line.shipped, "returned": line.returned, "cancelled": line.cancelled,
        })
    });
    let lines: Vec<Value> = lines.collect();
    json!({ "status": detail.order.status, "fields": detail.order.fields, "lines": lines })
}
