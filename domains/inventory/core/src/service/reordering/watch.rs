//! Told whenever a balance has been written: whether the item is due to be ordered again from now on, or is no more.

use crate::domain::reorder::{Crossing, crossing};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::store;
use data::Unit;
use inventory_contract::{ItemId, ReorderDue};
use kernel::{Ctx, Quantity};
use std::collections::BTreeMap;

/// The caller holds the item and has written its balance and its bins. One statement more where the level is crossed,
/// none where it is not; of an item with lots also one to learn what of it has expired.
pub async fn watch(unit: &mut Unit, ctx: &Ctx, level: &mut Level) -> Result<(), data::Error> {
    let Some(reorder_level) = level.reorder_at else {
        return end(unit, level).await;
    };
    let mut seen = *level;
    if level.tracked {
        let expired = store::bin::expired_of(unit, &[level.item], ctx.now().date_naive()).await?;
        let expired = expired.iter().map(|at| at.quantity.millionths()).fold(0, i64::saturating_add);
        seen.expired = Quantity::from_millionths(expired);
    }
    match crossing(&seen, ctx.now()) {
        None => Ok(()),
        Some(Crossing::Rose) => end(unit, level).await,
        Some(Crossing::Fell) => {
            level.reorder_due_since = Some(ctx.now());
            store::stock_level::set_due(unit, level.item, level.reorder_due_since).await?;
            let Level { item, .. } = *level;
            unit.publish(&ReorderDue { item, available: seen.available(), reorder_level, since: ctx.now() })
        }
    }
}

async fn end(unit: &Unit, level: &mut Level) -> Result<(), data::Error> {
    if level.reorder_due_since.take().is_none() {
        return Ok(());
    }
    store::stock_level::set_due(unit, level.item, None).await
}

/// Items that were made or changed, with the reorder level that each has now; their balances as they are then.
pub async fn follow(
    unit: &mut Unit,
    ctx: &Ctx,
    items: impl IntoIterator<Item = (ItemId, Option<Quantity>)>,
) -> Result<Vec<Level>, Error> {
    let wanted: BTreeMap<ItemId, Option<Quantity>> = items.into_iter().collect();
    let items: Vec<ItemId> = wanted.keys().copied().collect();
    let mut levels = hold(unit, ctx, &items).await?;
    for level in &mut levels {
        let reorder_at = wanted.get(&level.item).copied().flatten();
        if level.reorder_at != reorder_at {
            level.reorder_at = reorder_at;
            store::stock_level::set_reorder_at(unit, level.item, reorder_at).await?;
        }
        watch(unit, ctx, level).await?;
    }
    Ok(levels)
}
