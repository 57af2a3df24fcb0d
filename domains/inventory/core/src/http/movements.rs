//! `/movements`, and what makes one: `/items/{id}/receipts`, `/items/{id}/adjustments`, `/movements/{id}/reversals`.

use crate::App;
use crate::domain::lot::LotInput;
use crate::domain::movement::{Document, DocumentKind, EnteredQuantity, Movement, MovementKind};
use crate::service::ledger::adjust_stock::{self, AdjustStock};
use crate::service::ledger::receive_stock::{self, ReceiveStock};
use crate::service::ledger::{list_movements, reverse_movement};
use crate::store::movement::MovementFilter;
use chrono::{DateTime, NaiveDate, Utc};
use inventory_contract::{ItemId, ItemKind, LocationId, LotId, MovementId, ReservationId, WarehouseId};
use kernel::{Money, Quantity};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Query, Rendered, State, respond, wire_enum};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f70", "location_id": "0190a5c8-7d3e-7a61-8f2b-3c4d5e6f7081",
    "lot_id": null, "sequence": 7, "kind": "receipt", "quantity": "24",
    "entered": {"quantity": "2", "unit": "DZN", "rounding": null}, "document": null, "reverses_id": null, "happened_at": "2026-02-03T09:00:00Z",
    "recorded_at": "2026-02-03T09:30:00Z", "reservation_id": null, "reference": "delivery note 8812",
    "actor": "user:0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "reason": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct MovementDto {
    id: MovementId,
    item_id: ItemId,
    warehouse_id: WarehouseId,
    location_id: LocationId,
    #[schema(required)]
    lot_id: Option<LotId>,
    /// Of the item's movements, from 1 without a gap
    sequence: i64,
    kind: MovementKindDto,
    /// Negative when stock left
    quantity: Quantity,
    /// What was said, where it was not in the item's unit
    #[schema(required)]
    entered: Option<EnteredDto>,
    happened_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    /// What it shipped
    #[schema(required)]
    reservation_id: Option<ReservationId>,
    /// What it is a line of
    #[schema(required)]
    document: Option<DocumentDto>,
    /// The movement that it takes back
    #[schema(required)]
    reverses_id: Option<MovementId>,
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

wire_enum! {
    MovementKindDto = MovementKind {
        Receipt,
        Shipment,
        Adjustment,
        Import,
        Transfer,
        Return,
        Scrap,
        Assembly,
    }
}

impl From<&Movement> for MovementDto {
    fn from(movement: &Movement) -> Self {
        Self {
            id: movement.id,
            item_id: movement.item,
            warehouse_id: movement.warehouse,
            location_id: movement.location,
            lot_id: movement.lot,
            sequence: movement.sequence,
            kind: movement.kind.into(),
            quantity: movement.quantity,
            entered: movement.entered.as_ref().map(EnteredDto::from),
            happened_at: movement.happened_at,
            recorded_at: movement.recorded_at,
            reservation_id: movement.reservation,
            document: movement.document.map(DocumentDto::from),
            reverses_id: movement.reverses,
            created_at: movement.recorded_at,
            updated_at: movement.recorded_at,
            reference: movement.reference.clone(),
            actor: movement.actor.clone(),
            reason: movement.reason.clone(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct EnteredDto {
    quantity: Quantity,
    unit: String,
    /// What rounding left out, in millionths of the item's unit, as a fraction; `null` where nothing was rounded
    #[schema(required, example = "-27/125")]
    rounding: Option<String>,
}

impl From<&EnteredQuantity> for EnteredDto {
    fn from(entered: &EnteredQuantity) -> Self {
        Self { quantity: entered.quantity, unit: entered.unit.clone(), rounding: entered.rounding.clone() }
    }
}

#[derive(Serialize, ToSchema)]
pub struct DocumentDto {
    kind: DocumentKindDto,
    id: Uuid,
}

wire_enum! {
    DocumentKindDto = DocumentKind {
        Transfer,
        PurchaseOrder,
        SalesOrder,
        Count,
        Assembly,
        Import,
        Sale,
    }
}

impl From<Document> for DocumentDto {
    fn from(document: Document) -> Self {
        Self { kind: document.kind.into(), id: document.id }
    }
}

/// A lot or a serial number of the item
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LotRefDto {
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    code: String,
    /// The last day on which it may be used, in UTC; kept with a lot that is new
    expires_on: Option<NaiveDate>,
}

impl From<LotRefDto> for LotInput {
    fn from(dto: LotRefDto) -> Self {
        Self { code: dto.code, expires_on: dto.expires_on }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "quantity": "2", "unit": "DZN", "unit_cost": {"amount": 1750, "currency": "USD"},
    "happened_at": "2026-02-03T09:00:00Z", "reference": "delivery note 8812",
}))]
pub struct ReceiptDto {
    /// More than 0
    quantity: Quantity,
    /// The item's own when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
    /// The main one when left out
    warehouse_id: Option<WarehouseId>,
    /// The floor of the warehouse when left out
    location_id: Option<LocationId>,
    /// Required where the item is tracked; one that is new is made
    lot: Option<LotRefDto>,
    /// Of one of the item's unit; the item's own when left out
    unit_cost: Option<Money>,
    /// When it came in; now when left out
    happened_at: Option<DateTime<Utc>>,
    /// The tenant's own: a delivery note, an order
    #[schema(max_length = 200)]
    reference: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "quantity": "-3", "reason": "broken on the way to the shelf", "scrap": true }))]
pub struct AdjustmentDto {
    /// Below 0 when there is less than was thought
    quantity: Quantity,
    /// The item's own when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
    /// The main one when left out
    warehouse_id: Option<WarehouseId>,
    /// The floor of the warehouse when left out
    location_id: Option<LocationId>,
    /// Required where the item is tracked
    lot: Option<LotRefDto>,
    /// Of what is found; the item's own when left out
    unit_cost: Option<Money>,
    /// Whether it is thrown away
    #[serde(default)]
    scrap: bool,
    /// When it happened; now when left out
    happened_at: Option<DateTime<Utc>>,
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    reason: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "typed twice" }))]
pub struct ReversalDto {
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    reason: String,
}

#[derive(Deserialize, IntoParams)]
pub struct MovementParams {
    /// Movements of this item
    item_id: Option<ItemId>,
    /// Movements to and from this location
    location_id: Option<LocationId>,
    /// Movements of this lot
    lot_id: Option<LotId>,
    /// Movements that are lines of this document
    document_id: Option<Uuid>,
}

/// Receives stock of an item
#[utoipa::path(post, path = "/items/{id}/receipts", responses((status = 201, body = MovementDto)))]
pub async fn receive_stock(
    app: State<App>,
    caller: Caller,
    id: PathId<ItemKind>,
    body: Body<ReceiptDto>,
) -> Answer {
    let dto = body.into_inner();
    let command = ReceiveStock {
        item: id.id(),
        quantity: dto.quantity,
        unit: dto.unit,
        warehouse: dto.warehouse_id,
        location: dto.location_id,
        lot: dto.lot.map(LotInput::from),
        unit_cost: dto.unit_cost,
        happened_at: dto.happened_at,
        reference: dto.reference,
    };
    respond(&caller, async |ctx| receive_stock::receive_stock(&app, ctx, command).await, made).await
}

/// Adjusts the stock of an item
///
/// For what was found, lost or broken. What is promised does not go: release its reservations first.
#[utoipa::path(post, path = "/items/{id}/adjustments", responses((status = 201, body = MovementDto)))]
pub async fn adjust_stock(
    app: State<App>,
    caller: Caller,
    id: PathId<ItemKind>,
    body: Body<AdjustmentDto>,
) -> Answer {
    let dto = body.into_inner();
    let command = AdjustStock {
        item: id.id(),
        quantity: dto.quantity,
        unit: dto.unit,
        warehouse: dto.warehouse_id,
        location: dto.location_id,
        lot: dto.lot.map(LotInput::from),
        unit_cost: dto.unit_cost,
        scrap: dto.scrap,
        happened_at: dto.happened_at,
        reason: dto.reason,
    };
    respond(&caller, async |ctx| adjust_stock::adjust_stock(&app, ctx, command).await, made).await
}

/// Takes a movement back
///
/// By its opposite, at the same place and of the same lot. A movement is taken back once, and one that is a line of a
/// document is corrected there.
#[utoipa::path(post, path = "/movements/{id}/reversals", responses((status = 201, body = MovementDto)))]
pub async fn reverse_movement(
    app: State<App>,
    caller: Caller,
    id: PathId<inventory_contract::MovementKind>,
    body: Body<ReversalDto>,
) -> Answer {
    let reason = body.into_inner().reason;
    respond(&caller, async |ctx| reverse_movement::reverse_movement(&app, ctx, id.id(), &reason).await, made)
        .await
}

fn made(movement: &Movement) -> Rendered {
    let location = format!("/api/v1/inventory/movements/{}", movement.id);
    Rendered::created(location, &MovementDto::from(movement)).etag_of_body()
}

/// Lists movements, the newest first
#[utoipa::path(get, path = "/movements", responses((status = 200, body = Listing<MovementDto>)))]
pub async fn list_movements(
    app: State<App>,
    caller: Caller,
    query: Query<MovementParams>,
    page: PageQuery,
) -> Answer {
    let filter = MovementFilter {
        item: query.item_id,
        location: query.location_id,
        lot: query.lot_id,
        document: query.document_id,
    };
    let found = list_movements::list_movements(&app, &caller, &filter, page.request()).await?;
    Ok(page.render(found.map(|movement| MovementDto::from(&movement))))
}

/// Shows a movement
#[utoipa::path(get, path = "/movements/{id}", responses((status = 200, body = MovementDto)))]
pub async fn get_movement(
    app: State<App>,
    caller: Caller,
    id: PathId<inventory_contract::MovementKind>,
) -> Answer {
    let movement = list_movements::get_movement(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&MovementDto::from(&movement)).etag_of_body())
}
