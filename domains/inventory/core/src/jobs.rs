//! The jobs of inventory. None is needed for stock to be right: they write down what the time has decided already, and
//! give what is free to those who wait for it.

use crate::App;
use crate::service::reservations::expire_reservation::expire_reservation;
use crate::service::selling::serve_backorders::serve_backorders;
use ::jobs::Handler;
use data::Job;
use inventory_contract::{ItemId, ReservationId};
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

pub fn handlers(app: &App) -> Vec<Handler> {
    let expires = app.clone();
    let serves = app.clone();
    vec![
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
