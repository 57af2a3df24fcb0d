//! `/reservations`

use crate::App;
use crate::domain::reservation::{Reservation, ReservationStatus};
use crate::service::reservations::reserve_stock::{ReserveStock, reserve_several, reserve_stock};
use crate::service::reservations::{
    extend_reservation, list_reservations, release_reservation, ship_reservation,
};
use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, LotId, ReservationId, ReservationKind, WarehouseId};
use kernel::Quantity;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Query, Rendered, State, respond, wire_enum};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f70", "lot_id": null, "quantity": "5",
    "status": "active", "expires_at": "2026-02-03T09:45:00Z", "reference": "order 10248",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct ReservationDto {
    id: ReservationId,
    item_id: ItemId,
    warehouse_id: WarehouseId,
    /// Of this lot alone
    #[schema(required)]
    lot_id: Option<LotId>,
    quantity: Quantity,
    status: ReservationStatusDto,
    /// From then on it holds nothing
    #[schema(required)]
    expires_at: Option<DateTime<Utc>>,
    #[schema(required)]
    reference: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

wire_enum! {
    ReservationStatusDto = ReservationStatus {
        Active,
        Shipped,
        Released,
        /// Its time has passed
        Expired,
    }
}

impl ReservationDto {
    pub(super) fn at(now: DateTime<Utc>, reservation: &Reservation) -> Self {
        Self {
            id: reservation.id,
            item_id: reservation.item,
            warehouse_id: reservation.warehouse,
            lot_id: reservation.lot,
            quantity: reservation.quantity,
            status: reservation.status_at(now).into(),
            expires_at: reservation.expires_at,
            reference: reservation.reference.clone(),
            created_at: reservation.created_at,
            updated_at: reservation.updated_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "quantity": "5", "reference": "order 10248",
    "expires_at": "2026-02-03T09:45:00Z",
}))]
pub struct CreateReservationDto {
    /// The caller's own, if it has one
    id: Option<ReservationId>,
    item_id: ItemId,
    /// Where it is to be shipped from; the main warehouse when left out
    warehouse_id: Option<WarehouseId>,
    /// Of this lot alone; what expires first when left out
    lot_id: Option<LotId>,
    /// More than 0
    quantity: Quantity,
    /// From then on it holds nothing; within 366 days. Without an end when left out
    expires_at: Option<DateTime<Utc>>,
    /// The tenant's own: an order, a cart
    #[schema(max_length = 200)]
    reference: Option<String>,
}

impl From<CreateReservationDto> for ReserveStock {
    fn from(dto: CreateReservationDto) -> Self {
        let CreateReservationDto { id, item_id, warehouse_id, lot_id, quantity, expires_at, reference } = dto;
        Self { id, item: item_id, warehouse: warehouse_id, lot: lot_id, quantity, expires_at, reference }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "lines": [{
        "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "quantity": "5", "reference": "order 10248",
        "expires_at": "2026-02-03T09:45:00Z",
    }],
}))]
pub struct CreateReservationsDto {
    /// All of them are reserved, or none
    #[schema(min_items = 1, max_items = 100)]
    lines: Vec<CreateReservationDto>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "data": [{
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f70", "lot_id": null, "quantity": "5",
    "status": "active", "expires_at": "2026-02-03T09:45:00Z", "reference": "order 10248",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}] }))]
pub struct ReservationsDto {
    /// In the order of the lines
    data: Vec<ReservationDto>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "expires_at": "2026-02-03T10:00:00Z" }))]
pub struct ExtendReservationDto {
    /// `null` is without an end
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize, IntoParams)]
pub struct ReservationParams {
    /// Reservations of this item
    item_id: Option<ItemId>,
    /// Those in this state; one that has lapsed is found as `expired` once that is written down, moments later
    #[param(inline)]
    status: Option<ReservationStatusDto>,
}

/// Reserves stock
#[utoipa::path(post, path = "/reservations", responses((status = 201, body = ReservationDto)))]
pub async fn create_reservation(app: State<App>, caller: Caller, body: Body<CreateReservationDto>) -> Answer {
    let (command, now) = (ReserveStock::from(body.into_inner()), caller.now());
    respond(
        &caller,
        async |ctx| reserve_stock(&app, ctx, command).await,
        move |reservation: &Reservation| {
            let location = format!("/api/v1/inventory/reservations/{}", reservation.id);
            Rendered::created(location, &ReservationDto::at(now, reservation)).etag_of_body()
        },
    )
    .await
}

/// Reserves several at once, all or none
///
/// Lines of one item are covered together. Where some are not, `errors` says which, and nothing is reserved.
#[utoipa::path(post, path = "/reservations/batch", responses((status = 200, body = ReservationsDto)))]
pub async fn create_reservations(
    app: State<App>,
    caller: Caller,
    body: Body<CreateReservationsDto>,
) -> Answer {
    let commands = body.into_inner().lines.into_iter().map(ReserveStock::from).collect();
    let now = caller.now();
    respond(
        &caller,
        async |ctx| reserve_several(&app, ctx, commands).await,
        move |reservations: &Vec<Reservation>| {
            let data = reservations.iter().map(|reservation| ReservationDto::at(now, reservation)).collect();
            Rendered::ok(&ReservationsDto { data })
        },
    )
    .await
}

/// Lists reservations
#[utoipa::path(get, path = "/reservations", responses((status = 200, body = Listing<ReservationDto>)))]
pub async fn list_reservations(
    app: State<App>,
    caller: Caller,
    query: Query<ReservationParams>,
    page: PageQuery,
) -> Answer {
    let (item, status) = (query.item_id, query.status.map(ReservationStatus::from));
    let found = list_reservations::list_reservations(&app, &caller, item, status, page.request()).await?;
    Ok(page.render(found.map(|reservation| ReservationDto::at(caller.now(), &reservation))))
}

/// Shows a reservation
#[utoipa::path(get, path = "/reservations/{id}", responses((status = 200, body = ReservationDto)))]
pub async fn get_reservation(app: State<App>, caller: Caller, id: PathId<ReservationKind>) -> Answer {
    let reservation = list_reservations::get_reservation(&app, &caller, id.id()).await?;
    Ok(rendered(caller.now(), &reservation))
}

/// Ships what is reserved
///
/// What expires first leaves first; what has expired does not leave.
#[utoipa::path(post, path = "/reservations/{id}/ship", responses((status = 200, body = ReservationDto)))]
pub async fn ship_reservation(app: State<App>, caller: Caller, id: PathId<ReservationKind>) -> Answer {
    let now = caller.now();
    let rendered = move |reservation: &Reservation| rendered(now, reservation);
    respond(&caller, async |ctx| ship_reservation::ship_reservation(&app, ctx, id.id()).await, rendered).await
}

/// Gives up a reservation
#[utoipa::path(post, path = "/reservations/{id}/release", responses((status = 200, body = ReservationDto)))]
pub async fn release_reservation(app: State<App>, caller: Caller, id: PathId<ReservationKind>) -> Answer {
    let now = caller.now();
    let rendered = move |reservation: &Reservation| rendered(now, reservation);
    respond(&caller, async |ctx| release_reservation::release_reservation(&app, ctx, id.id()).await, rendered)
        .await
}

/// Gives a reservation another end
#[utoipa::path(post, path = "/reservations/{id}/extend", responses((status = 200, body = ReservationDto)))]
pub async fn extend_reservation(
    app: State<App>,
    caller: Caller,
    id: PathId<ReservationKind>,
    body: Body<ExtendReservationDto>,
) -> Answer {
    let (expires_at, now) = (body.into_inner().expires_at, caller.now());
    let rendered = move |reservation: &Reservation| rendered(now, reservation);
    respond(
        &caller,
        async |ctx| extend_reservation::extend_reservation(&app, ctx, id.id(), expires_at).await,
        rendered,
    )
    .await
}

/// Its status changes with the time, and its version does not.
fn rendered(now: DateTime<Utc>, reservation: &Reservation) -> Rendered {
    Rendered::ok(&ReservationDto::at(now, reservation)).etag_of_body()
}
