//! Reservations, one or a page of them.

use crate::App;
use crate::domain::reservation::{Reservation, ReservationStatus};
use crate::error::Error;
use crate::store;
use inventory_contract::{ItemId, ReservationId};
use kernel::{Ctx, Page, PageRequest};

pub async fn get_reservation(app: &App, ctx: &Ctx, id: ReservationId) -> Result<Reservation, Error> {
    let tx = app.databases.read(ctx).await?;
    store::reservation::find(&tx, id).await?.ok_or(Error::ReservationNotFound)
}

pub async fn list_reservations(
    app: &App,
    ctx: &Ctx,
    item: Option<ItemId>,
    status: Option<ReservationStatus>,
    request: &PageRequest,
) -> Result<Page<Reservation>, Error> {
    let tx = app.databases.read(ctx).await?;
    Ok(store::reservation::page(&tx, ctx.now(), item, status, request).await?)
}
