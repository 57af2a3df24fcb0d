//! `/movements`, and `/items/{id}/receipts`, which makes one.

use crate::App;
use crate::domain::movement::{Movement, MovementKind};
use crate::service::{self, receive_stock::ReceiveStock};
use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, ItemKind, MovementId, ReservationId};
use kernel::Quantity;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Query, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "sequence": 7, "kind": "receipt", "quantity": "24", "happened_at": "2026-02-03T09:00:00Z",
    "recorded_at": "2026-02-03T09:30:00Z", "reservation_id": null, "reference": "delivery note 8812",
    "actor": "user:0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "reason": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct MovementDto {
    id: MovementId,
    item_id: ItemId,
    /// Of the item's movements, from 1 without a gap
    sequence: i64,
    kind: MovementKindDto,
    /// Negative when stock left
    quantity: Quantity,
    happened_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    /// What it shipped
    #[schema(required)]
    reservation_id: Option<ReservationId>,
    #[schema(required)]
    reference: Option<String>,
    /// Who recorded it
    actor: String,
    #[schema(required)]
    reason: Option<String>,
    created_at: DateTime<Utc>,
    /// As it was created: a movement is never altered
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MovementKindDto {
    Receipt,
    Shipment,
    Adjustment,
    Import,
}

impl From<&Movement> for MovementDto {
    fn from(movement: &Movement) -> Self {
        Self {
            id: movement.id,
            item_id: movement.item,
            sequence: movement.sequence,
            kind: match movement.kind {
                MovementKind::Receipt => MovementKindDto::Receipt,
                MovementKind::Shipment => MovementKindDto::Shipment,
                MovementKind::Adjustment => MovementKindDto::Adjustment,
                MovementKind::Import => MovementKindDto::Import,
            },
            quantity: movement.quantity,
            happened_at: movement.happened_at,
            recorded_at: movement.recorded_at,
            reservation_id: movement.reservation,
            created_at: movement.recorded_at,
            updated_at: movement.recorded_at,
            reference: movement.reference.clone(),
            actor: movement.actor.clone(),
            reason: movement.reason.clone(),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "quantity": "24", "happened_at": "2026-02-03T09:00:00Z", "reference": "delivery note 8812",
}))]
pub struct ReceiptDto {
    /// More than 0
    quantity: Quantity,
    /// When it came in; now when left out
    happened_at: Option<DateTime<Utc>>,
    /// The tenant's own: a delivery note, an order
    #[schema(max_length = 200)]
    reference: Option<String>,
}

#[derive(Deserialize, IntoParams)]
pub struct MovementParams {
    /// Movements of this item
    item_id: Option<ItemId>,
}

/// Receives stock of an item
#[utoipa::path(post, path = "/items/{id}/receipts", responses((status = 201, body = MovementDto)))]
pub async fn receive_stock(
    app: State<App>,
    caller: Caller,
    id: PathId<ItemKind>,
    body: Body<ReceiptDto>,
) -> Answer {
    let ReceiptDto { quantity, happened_at, reference } = body.into_inner();
    let command = ReceiveStock { item: id.id(), quantity, happened_at, reference };
    respond(
        &caller,
        async |ctx| service::receive_stock::receive_stock(&app, ctx, command).await,
        |movement: &Movement| {
            let location = format!("/api/v1/inventory/movements/{}", movement.id);
            Rendered::created(location, &MovementDto::from(movement)).etag_of_body()
        },
    )
    .await
}

/// Lists movements, the newest first
#[utoipa::path(get, path = "/movements", responses((status = 200, body = Listing<MovementDto>)))]
pub async fn list_movements(
    app: State<App>,
    caller: Caller,
    query: Query<MovementParams>,
    page: PageQuery,
) -> Answer {
    let found = service::list_movements::list_movements(&app, &caller, query.item_id, page.request()).await?;
    Ok(page.render(found.map(|movement| MovementDto::from(&movement))))
}

/// Shows a movement
#[utoipa::path(get, path = "/movements/{id}", responses((status = 200, body = MovementDto)))]
pub async fn get_movement(
    app: State<App>,
    caller: Caller,
    id: PathId<inventory_contract::MovementKind>,
) -> Answer {
    let movement = service::list_movements::get_movement(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&MovementDto::from(&movement)).etag_of_body())
}
