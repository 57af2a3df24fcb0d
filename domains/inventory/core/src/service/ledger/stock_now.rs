//! What levels say now: a balance counts promises whose time has passed and lots past their last day until somebody
//! holds it, and neither can be promised.

use crate::domain::item::StockedItem;
use crate::domain::ledger::WarehouseLevel;
use crate::domain::reservation::Reservation;
use crate::domain::stock::Level;
use crate::store;
use chrono::{DateTime, Utc};
use data::Tx;
use inventory_contract::{ItemId, WarehouseId};
use kernel::{Ctx, Quantity};

pub async fn stock_now(tx: &Tx, ctx: &Ctx, levels: &mut [&mut Level]) -> Result<(), data::Error> {
    let past = |next: Option<DateTime<Utc>>| next.is_some_and(|next| next <= ctx.now());
    let lapsing = levels.iter().filter(|level| past(level.next_expiry)).map(|level| level.item);
    let lapsing: Vec<ItemId> = lapsing.collect();
    for lapsed in store::reservation::lapsed_of(tx, ctx.now(), &lapsing).await? {
        for level in levels.iter_mut().filter(|level| level.item == lapsed.item) {
            level.reserved = level.reserved.saturating_sub(lapsed.quantity);
            level.revision += 1;
        }
    }
    let tracked = levels.iter().filter(|level| level.tracked && level.on_hand > Quantity::ZERO);
    let tracked: Vec<ItemId> = tracked.map(|level| level.item).collect();
    for expired in store::bin::expired_of(tx, &tracked, ctx.now().date_naive()).await? {
        for level in levels.iter_mut().filter(|level| level.item == expired.item_id) {
            level.expired = level.expired.saturating_add(expired.quantity);
        }
    }
    Ok(())
}

/// What others are told is available of a level that its caller holds.
pub async fn available_now(tx: &Tx, ctx: &Ctx, level: &Level) -> Result<Quantity, data::Error> {
    let mut shown = *level;
    stock_now(tx, ctx, &mut [&mut shown]).await?;
    Ok(shown.available())
}

/// As it is shown, and so as its tag names it. Not to be written: see [`Level`].
pub async fn as_shown(tx: &Tx, ctx: &Ctx, mut stocked: StockedItem) -> Result<StockedItem, data::Error> {
    stock_now(tx, ctx, &mut [&mut stocked.level]).await?;
    Ok(stocked)
}

/// What lies past its last day at each warehouse of these items.
pub struct Now {
    lapsed: Vec<Reservation>,
    expired: Vec<store::bin::Expired>,
}

impl Now {
    pub async fn read(tx: &Tx, ctx: &Ctx, items: &[ItemId]) -> Result<Self, data::Error> {
        let lapsed = store::reservation::lapsed_of(tx, ctx.now(), items).await?;
        Ok(Self { lapsed, expired: store::bin::expired_of(tx, items, ctx.now().date_naive()).await? })
    }

    /// The level at the warehouse, and what of it is past its last day.
    pub fn of(
        &self,
        item: ItemId,
        warehouse: WarehouseId,
        mut level: WarehouseLevel,
    ) -> (WarehouseLevel, Quantity) {
        let mine = |of: &(ItemId, WarehouseId)| *of == (item, warehouse);
        for lapsed in self.lapsed.iter().filter(|of| mine(&(of.item, of.warehouse))) {
            level.reserved = level.reserved.saturating_sub(lapsed.quantity);
        }
        let expired = self.expired.iter().filter(|of| mine(&(of.item_id, of.warehouse_id)));
        (level, expired.fold(Quantity::ZERO, |sum, of| sum.saturating_add(of.quantity)))
    }
}
