//! The order counts from now on: each line gets what is free, and waits for the rest behind those who wait
//! already.

use crate::App;
use crate::domain::selling::{Action, LineRefusal, SalesOrderDetail, SalesOrderStatus, allocate};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::service::places::find_place::find_place;
use crate::service::reservations::reserve_stock::{expired_at, reserve_lines};
use crate::service::selling::find_order::{changed, hold_order, items_of};
use crate::service::selling::read_kits::check_kits;
use crate::store;
use crate::store::reservation::NewReservation;
use data::Unit;
use inventory_contract::{
    ItemId, ReservationId, SalesOrderConfirmed, SalesOrderId, SalesOrderLineAllocated, WarehouseId,
};
use kernel::{Ctx, Faults, Quantity};
use std::collections::BTreeMap;

pub async fn confirm_sales_order(app: &App, ctx: &Ctx, id: SalesOrderId) -> Result<SalesOrderDetail, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = hold_order(&unit, id, Action::Confirm).await?;
    let levels = hold(&mut unit, ctx, &items_of(&before.lines)).await?;
    check_items(&before, &levels)?;
    check_kits(&unit, &before, &levels).await?;
    let warehouse = before.order.fields.warehouse;
    find_place(&unit, Some(warehouse), None).await?;

    let mut free = free_at(&unit, ctx, &levels, warehouse).await?;
    let wanted: Vec<_> = before.lines.iter().map(|line| (line.item, line.quantity)).collect();
    let given = allocate(&wanted, &mut free);
    let reservations = reserve(&mut unit, ctx, &before, &given).await?;
    let mut lines = before.lines.clone();
    let mut turns = BTreeMap::new();
    for (at, (line, given)) in lines.iter_mut().zip(&given).enumerate() {
        if *given < line.quantity && !turns.contains_key(&line.item) {
            turns.insert(line.item, turn(&unit, line.item).await?);
        }
        let since = turns.get(&line.item).copied();
        line.allocate(*given, reservations.get(&at).copied(), since).map_err(broken)?;
        store::sales_order_line::write(&unit, line).await?;
    }
    let order =
        store::sales_order::set_status(&unit, id, SalesOrderStatus::Confirmed, Some(ctx.now())).await?;
    let after = SalesOrderDetail { order, lines };
    unit.publish(&SalesOrderConfirmed {
        order: id,
        reference: after.order.fields.reference.clone(),
        warehouse,
        lines: after
            .lines
            .iter()
            .map(|line| SalesOrderLineAllocated {
                line: line.id,
                item: line.item,
                quantity: line.quantity,
                allocated: line.allocated,
            })
            .collect(),
    })?;
    unit.audit(changed("inventory.sales_order.confirm", &before, &after))?;
    Ok(unit.commit(after).await?)
}

fn check_items(order: &SalesOrderDetail, levels: &[Level]) -> Result<(), Error> {
    let mut faults = Faults::new();
    for (at, line) in order.lines.iter().enumerate() {
        let there = levels.iter().any(|level| level.item == line.item);
        faults.require(there, &format!("/lines/{at}/item_id"), "unknown", "the item was deleted meanwhile");
    }
    faults.finish(()).map_err(Error::invalid)
}

/// What may be promised of each item, which is nothing where others wait for it.
async fn free_at(
    unit: &Unit,
    ctx: &Ctx,
    levels: &[Level],
    warehouse: WarehouseId,
) -> Result<BTreeMap<ItemId, Quantity>, Error> {
    let items: Vec<ItemId> = levels.iter().map(|level| level.item).collect();
    let awaited: Vec<ItemId> = levels.iter().filter(|level| level.awaited).map(|level| level.item).collect();
    let awaited = store::sales_order_line::awaited_at(unit, &awaited, warehouse).await?;
    let there = store::warehouse_level::of(unit, &items, &[warehouse]).await?;
    let mut free = BTreeMap::new();
    for (item, _, here) in there.into_iter().filter(|(item, ..)| !awaited.contains(item)) {
        let Some(level) = levels.iter().find(|level| level.item == item) else { continue };
        let expired = expired_at(unit, ctx, level, warehouse).await?;
        free.insert(item, here.available().saturating_sub(Quantity::from_millionths(expired)));
    }
    Ok(free)
}

/// By the place of the line that it is for.
async fn reserve(
    unit: &mut Unit,
    ctx: &Ctx,
    order: &SalesOrderDetail,
    given: &[Quantity],
) -> Result<BTreeMap<usize, ReservationId>, Error> {
    let got: Vec<usize> = (0..given.len()).filter(|at| given[*at].is_positive()).collect();
    let new = got.iter().map(|at| NewReservation {
        id: ctx.new_id(),
        item: order.lines[*at].item,
        warehouse: order.order.fields.warehouse,
        lot: None,
        quantity: given[*at],
        expires_at: None,
        reference: order.order.fields.reference.clone(),
    });
    let new: Vec<_> = new.collect();
    if new.is_empty() {
        return Ok(BTreeMap::new());
    }
    let reserved = reserve_lines(unit, ctx, new).await?;
    Ok(got.into_iter().zip(reserved.into_iter().map(|reservation| reservation.id)).collect())
}

/// Behind all who wait for the item by now: its revision only grows, and its lock is held.
async fn turn(unit: &Unit, item: ItemId) -> Result<i64, Error> {
    let revision = store::stock_level::set_awaited(unit, item, true).await?;
    revision.ok_or_else(|| data::Error::internal("a level that was held is gone").into())
}

/// What a line gets is never more than it wants.
pub fn broken(refusal: LineRefusal) -> Error {
    data::Error::internal(refusal).into()
}
