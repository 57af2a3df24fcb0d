//! The jobs of inventory. None is needed for stock to be right: they write down what the time has decided already,
//! give what is free to those who wait for it, tell what is due once a lot has spoilt, and end the renaming of a large
//! category.

use crate::App;
use crate::service::catalogue::move_category_items::move_category_items;
use crate::service::ledger::lots::watch_item;
use crate::service::reservations::expire_reservation::expire_reservation;
use crate::service::selling::serve_backorders::serve_backorders;
use ::jobs::Handler;
use data::Job;
use inventory_contract::{CategoryId, ItemId, ReservationId};
use kernel::Ctx;
use serde::{Deserialize, Serialize};

/// At the end of a promise. It may have been settled or extended meanwhile.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ExpireReservation {
    pub reservation: ReservationId,
}

impl Job for ExpireReservation {
    const KIND: &'static str = "inventory.expire_reservation";
    const VERSION: u16 = 1;
}

/// Some of the item may be free, and lines of sales orders wait for it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ServeBackorders {
    pub item: ItemId,
}

impl Job for ServeBackorders {
    const KIND: &'static str = "inventory.serve_backorders";
    const VERSION: u16 = 1;
}

/// A category that has many items was renamed: what is left of them goes from the one of the old name to it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct MoveCategoryItems {
    pub from: CategoryId,
    pub to: CategoryId,
}

impl Job for MoveCategoryItems {
    const KIND: &'static str = "inventory.move_category_items";
    const VERSION: u16 = 1;
}

/// On the day after the last one of a lot, of which nothing is available any more: the item may be due to be ordered.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct WatchItem {
    pub item: ItemId,
}

impl Job for WatchItem {
    const KIND: &'static str = "inventory.watch_item";
    const VERSION: u16 = 1;
}

pub fn handlers(app: &App) -> Vec<Handler> {
    let expires = app.clone();
    let serves = app.clone();
    let moves = app.clone();
    let watches = app.clone();
    vec![
        ::jobs::job(move |ctx: Ctx, job: WatchItem| {
            let app = watches.clone();
            async move {
                watch_item(&app, &ctx, job.item).await?;
                Ok(())
            }
        }),
        ::jobs::job(move |ctx: Ctx, job: MoveCategoryItems| {
            let app = moves.clone();
            async move {
                move_category_items(&app, &ctx, job).await?;
                Ok(())
            }
        }),
        ::jobs::job(move |ctx: Ctx, job: ExpireReservation| {
            let app = expires.clone();
            async move {
                expire_reservation(&app, &ctx, job.reservation).await?;
                Ok(())
            }
        }),
        ::jobs::job(move |ctx: Ctx, job: ServeBackorders| {
            let app = serves.clone();
            async move {
                serve_backorders(&app, &ctx, job.item).await?;
                Ok(())
            }
        }),
    ]
}
