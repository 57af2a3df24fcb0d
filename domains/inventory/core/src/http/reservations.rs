//! `/reservations`

use crate::App;
use crate::domain::reservation::{Reservation, ReservationStatus};
use crate::service::{self, reserve_stock::ReserveStock};
use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, ReservationId, ReservationKind};
use kernel::Quantity;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Query, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "quantity": "5", "status": "active", "reference": "order 10248",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct ReservationDto {
    id: ReservationId,
    item_id: ItemId,
    quantity: Quantity,
    status: ReservationStatusDto,
    #[schema(required)]
    reference: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReservationStatusDto {
    Active,
    Shipped,
    Released,
}

impl From<ReservationStatus> for ReservationStatusDto {
    fn from(status: ReservationStatus) -> Self {
        match status {
            ReservationStatus::Active => Self::Active,
            ReservationStatus::Shipped => Self::Shipped,
            ReservationStatus::Released => Self::Released,
        }
    }
}

impl From<ReservationStatusDto> for ReservationStatus {
    fn from(status: ReservationStatusDto) -> Self {
        match status {
            ReservationStatusDto::Active => Self::Active,
            ReservationStatusDto::Shipped => Self::Shipped,
            ReservationStatusDto::Released => Self::Released,
        }
    }
}

impl From<&Reservation> for ReservationDto {
    fn from(reservation: &Reservation) -> Self {
        Self {
            id: reservation.id,
            item_id: reservation.item,
            quantity: reservation.quantity,
            status: reservation.status.into(),
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
}))]
pub struct CreateReservationDto {
    /// The caller's own, if it has one
    id: Option<ReservationId>,
    item_id: ItemId,
    /// More than 0
    quantity: Quantity,
    /// The tenant's own: an order, a cart
    #[schema(max_length = 200)]
    reference: Option<String>,
}

#[derive(Deserialize, IntoParams)]
pub struct ReservationParams {
    /// Reservations of this item
    item_id: Option<ItemId>,
    /// Those in this state
    #[param(inline)]
    status: Option<ReservationStatusDto>,
}

/// Reserves stock
#[utoipa::path(post, path = "/reservations", responses((status = 201, body = ReservationDto)))]
pub async fn create_reservation(app: State<App>, caller: Caller, body: Body<CreateReservationDto>) -> Answer {
    let CreateReservationDto { id, item_id, quantity, reference } = body.into_inner();
    let command = ReserveStock { id, item: item_id, quantity, reference };
    respond(
        &caller,
        async |ctx| service::reserve_stock::reserve_stock(&app, ctx, command).await,
        |reservation: &Reservation| {
            let location = format!("/api/v1/inventory/reservations/{}", reservation.id);
            Rendered::created(location, &ReservationDto::from(reservation)).etag(reservation.version)
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
    let found =
        service::list_reservations::list_reservations(&app, &caller, item, status, page.request()).await?;
    Ok(page.render(found.map(|reservation| ReservationDto::from(&reservation))))
}

/// Shows a reservation
#[utoipa::path(get, path = "/reservations/{id}", responses((status = 200, body = ReservationDto)))]
pub async fn get_reservation(app: State<App>, caller: Caller, id: PathId<ReservationKind>) -> Answer {
    let reservation = service::list_reservations::get_reservation(&app, &caller, id.id()).await?;
    Ok(rendered(&reservation))
}

/// Ships what is reserved
#[utoipa::path(post, path = "/reservations/{id}/ship", responses((status = 200, body = ReservationDto)))]
pub async fn ship_reservation(app: State<App>, caller: Caller, id: PathId<ReservationKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::ship_reservation::ship_reservation(&app, ctx, id.id()).await,
        rendered,
    )
    .await
}

/// Gives up a reservation
#[utoipa::path(post, path = "/reservations/{id}/release", responses((status = 200, body = ReservationDto)))]
pub async fn release_reservation(app: State<App>, caller: Caller, id: PathId<ReservationKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::release_reservation::release_reservation(&app, ctx, id.id()).await,
        rendered,
    )
    .await
}

fn rendered(reservation: &Reservation) -> Rendered {
    Rendered::ok(&ReservationDto::from(reservation)).etag(reservation.version)
}
