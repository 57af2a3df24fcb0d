//! The order counts from now on: each line gets what is free, and waits for the rest behind those who wait
//! already.

use crate::App;
use crate::domain::reservation::Portions;
use crate::domain::selling::{Action, LineRefusal, SalesOrderDetail, SalesOrderStatus, allocate};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::service::places::find_place::find_place;
use crate::service::reordering::watch::watch;
use crate::service::reservations::reserve_stock::{expired_at, reserve_lines};
use crate::service::selling::find_order::{NOT_PIECES, SPLIT, changed, hold_order, items_of};
use crate::service::selling::read_kits::check_kits;
use crate::store;
use crate::store::reservation::NewReservation;
use data::Unit;
use inventory_contract::{
    ItemId, ReservationId, SalesOrderConfirmed, SalesOrderId, SalesOrderLineAllocated, WarehouseId,
};
use kernel::{Ctx, Faults, Quantity};
use std::collections::{BTreeMap, BTreeSet};

pub async fn confirm_sales_order(app: &App, ctx: &Ctx, id: SalesOrderId) -> Result<SalesOrderDetail, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = hold_order(&unit, id, Action::Confirm).await?;
    let mut levels = hold(&mut unit, ctx, &items_of(&before.lines)).await?;
    let portions = portions_of(&unit, &levels).await?;
    check_items(&before, &portions)?;
    check_kits(&unit, &before, &levels).await?;
    let warehouse = before.order.fields.warehouse;
    find_place(&unit, Some(warehouse), None).await?;

    let mut free = free_at(&unit, ctx, &levels, &portions, warehouse).await?;
    // What no promise may be of waits, as what is not there does.
    let wanted = before.lines.iter().map(|line| {
        let portions = portions.get(&line.item);
        let wanted = portions.map_or(line.quantity, |of| of.more(Quantity::ZERO, line.quantity));
        (line.item, wanted)
    });
    let given = allocate(&wanted.collect::<Vec<_>>(), &mut free);
    let reservations = reserve(&mut unit, ctx, &before, &given).await?;
    // Of what got nothing no balance was written, and it may be due all the same, by what of it has spoilt.
    let got = before.lines.iter().zip(&given).filter(|(_, given)| given.is_positive());
    let got: BTreeSet<ItemId> = got.map(|(line, _)| line.item).collect();
    for level in levels.iter_mut().filter(|level| !got.contains(&level.item)) {
        watch(&mut unit, ctx, level).await?;
    }
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

/// What one promise of each of these items may be of.
async fn portions_of(unit: &Unit, levels: &[Level]) -> Result<BTreeMap<ItemId, Portions>, data::Error> {
    let tracked = levels.iter().filter(|level| level.tracked).map(|level| level.item);
    let moving = store::item::moving(unit, &tracked.collect::<Vec<_>>()).await?;
    let tracking = |item: ItemId| moving.get(&item).map(|moving| moving.tracking).unwrap_or_default();
    Ok(levels.iter().map(|level| (level.item, Portions::of(tracking(level.item)))).collect())
}

fn check_items(order: &SalesOrderDetail, portions: &BTreeMap<ItemId, Portions>) -> Result<(), Error> {
    let mut faults = Faults::new();
    for (at, line) in order.lines.iter().enumerate() {
        let portions = portions.get(&line.item);
        let (gone, pointer) = ("the item was deleted meanwhile", format!("/lines/{at}/item_id"));
        faults.require(portions.is_some(), &pointer, "unknown", gone);
        // Drafts from before this was looked at there, or whose item has serial numbers since.
        let whole = portions.is_none_or(|portions| portions.is_whole(line.quantity));
        faults.require(whole, &format!("/lines/{at}/quantity"), NOT_PIECES, SPLIT);
    }
    faults.finish(()).map_err(Error::invalid)
}

/// What may be promised of each item, which is nothing where others wait for it.
async fn free_at(
    unit: &Unit,
    ctx: &Ctx,
    levels: &[Level],
    portions: &BTreeMap<ItemId, Portions>,
    warehouse: WarehouseId,
) -> Result<BTreeMap<ItemId, Quantity>, Error> {
    let items: Vec<ItemId> = levels.iter().map(|level| level.item).collect();
    let awaited = levels.iter().filter(|level| level.awaited);
    let awaited = awaited.filter_map(|level| Some((level.item, *portions.get(&level.item)?)));
    let awaited = awaited.collect::<Vec<_>>();
    let awaited = store::sales_order_line::awaited_at(unit, &awaited, warehouse).await?;
    let there = store::warehouse_level::of(unit, &items, &[warehouse]).await?;
    let mut free = BTreeMap::new();
    for (item, _, here) in there.into_iter().filter(|(item, ..)| !awaited.contains(item)) {
        let Some(level) = levels.iter().find(|level| level.item == item) else { continue };
        let expired = expired_at(unit, ctx, level, warehouse).await?;
        let available = here.available().saturating_sub(Quantity::from_millionths(expired));
        free.insert(item, portions.get(&item).map_or(available, |of| of.whole(available)));
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
