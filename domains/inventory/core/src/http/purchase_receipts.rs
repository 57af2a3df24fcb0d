//! `/purchase-orders/{id}/receipts`, `/returns` and `/reversals`: what came of an order, what went back, and what was
//! recorded wrongly.

use super::purchase_orders::{PurchaseOrderDto, shown};
use crate::App;
use crate::domain::lot::LotInput;
use crate::http::movements::LotRefDto;
use crate::service::buying::receive_purchase_order::{self, ReceivePurchaseOrder};
use crate::service::buying::return_purchase_order::{self, ReturnPurchaseOrder};
use crate::service::buying::reverse_purchase_receipt;
use crate::service::buying::{MovedLine, ReturnedLine, WrongLine};
use crate::service::places::find_place::NamedPlace;
use chrono::{DateTime, Utc};
use inventory_contract::{LocationId, MovementId, PurchaseOrderKind, WarehouseId};
use kernel::Quantity;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Answer, Body, Caller, PathId, State, respond};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchaseReceiptLineDto {
    /// The number of the order's line. Several may name one: each lot and each place is said by itself
    #[schema(minimum = 1)]
    line: i64,
    /// More than 0
    quantity: Quantity,
    /// The line's when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
    /// The main one when left out, with no location either
    warehouse_id: Option<WarehouseId>,
    /// The warehouse's floor when left out
    location_id: Option<LocationId>,
    /// Of an item that is tracked
    lot: Option<LotRefDto>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "happened_at": "2026-02-18T08:00:00Z", "reference": "delivery note 8812",
    "lines": [{ "line": 1, "quantity": "2", "unit": "XCS" }],
}))]
pub struct PurchaseReceiptDto {
    /// When it came in; now when left out
    happened_at: Option<DateTime<Utc>>,
    /// The tenant's own, or the supplier's: a delivery note
    #[schema(max_length = 200)]
    reference: Option<String>,
    #[schema(min_items = 1, max_items = 500)]
    lines: Vec<PurchaseReceiptLineDto>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchaseReturnLineDto {
    /// The number of the order's line
    #[schema(minimum = 1)]
    line: i64,
    /// More than 0
    quantity: Quantity,
    /// The line's when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
    /// Where it lies: the main one when left out, with no location either
    warehouse_id: Option<WarehouseId>,
    /// The warehouse's floor when left out
    location_id: Option<LocationId>,
    /// Of an item that is tracked
    lot: Option<LotRefDto>,
    /// Whether the supplier sends it again, so that it is expected; not so when left out
    replaced: Option<bool>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "reason": "broken bottles", "reference": "RMA 17",
    "lines": [{ "line": 1, "quantity": "3", "unit": "C62", "replaced": true }],
}))]
pub struct PurchaseReturnDto {
    /// When it left; now when left out
    happened_at: Option<DateTime<Utc>>,
    #[schema(max_length = 200)]
    reference: Option<String>,
    #[schema(max_length = 500)]
    reason: Option<String>,
    #[schema(min_items = 1, max_items = 500)]
    lines: Vec<PurchaseReturnLineDto>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchaseReversalLineDto {
    /// The number of the order's line
    #[schema(minimum = 1)]
    line: i64,
    /// The movement by which it was received: `GET /movements?document_id=` shows those of the order
    movement_id: MovementId,
    /// More than 0, in the item's unit; all that the movement brought when left out
    quantity: Option<Quantity>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "reason": "1,000 typed for 100",
    "lines": [{ "line": 1, "movement_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "quantity": "900" }],
}))]
pub struct PurchaseReversalDto {
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    reason: String,
    #[schema(min_items = 1, max_items = 500)]
    lines: Vec<PurchaseReversalLineDto>,
}

impl From<PurchaseReversalLineDto> for WrongLine {
    fn from(dto: PurchaseReversalLineDto) -> Self {
        Self { line: dto.line, movement: dto.movement_id, quantity: dto.quantity }
    }
}

impl From<PurchaseReceiptLineDto> for MovedLine {
    fn from(dto: PurchaseReceiptLineDto) -> Self {
        Self {
            line: dto.line,
            quantity: dto.quantity,
            unit: dto.unit,
            place: NamedPlace { warehouse: dto.warehouse_id, location: dto.location_id },
            lot: dto.lot.map(LotInput::from),
        }
    }
}

impl From<PurchaseReturnLineDto> for ReturnedLine {
    fn from(dto: PurchaseReturnLineDto) -> Self {
        Self {
            moved: MovedLine {
                line: dto.line,
                quantity: dto.quantity,
                unit: dto.unit,
                place: NamedPlace { warehouse: dto.warehouse_id, location: dto.location_id },
                lot: dto.lot.map(LotInput::from),
            },
            replaced: dto.replaced.unwrap_or_default(),
        }
    }
}

/// Receives what came of a purchase order
///
/// All lines or none. What comes is valued at what the line costs, and the parts of a line add up to it.
#[utoipa::path(
    post,
    path = "/purchase-orders/{id}/receipts",
    responses((status = 200, body = PurchaseOrderDto))
)]
pub async fn receive_purchase_order(
    app: State<App>,
    caller: Caller,
    id: PathId<PurchaseOrderKind>,
    body: Body<PurchaseReceiptDto>,
) -> Answer {
    let PurchaseReceiptDto { happened_at, reference, lines } = body.into_inner();
    let lines = lines.into_iter().map(Into::into).collect();
    let command = ReceivePurchaseOrder { lines, happened_at, reference };
    respond(
        &caller,
        async |ctx| receive_purchase_order::receive_purchase_order(&app, ctx, id.id(), command).await,
        shown,
    )
    .await
}

/// Returns to the supplier what came of a purchase order
#[utoipa::path(
    post,
    path = "/purchase-orders/{id}/returns",
    responses((status = 200, body = PurchaseOrderDto))
)]
pub async fn return_purchase_order(
    app: State<App>,
    caller: Caller,
    id: PathId<PurchaseOrderKind>,
    body: Body<PurchaseReturnDto>,
) -> Answer {
    let PurchaseReturnDto { happened_at, reference, reason, lines } = body.into_inner();
    let lines = lines.into_iter().map(Into::into).collect();
    let command = ReturnPurchaseOrder { lines, happened_at, reference, reason };
    respond(
        &caller,
        async |ctx| return_purchase_order::return_purchase_order(&app, ctx, id.id(), command).await,
        shown,
    )
    .await
}

/// Takes back what was recorded as received of a purchase order and did not come
///
/// All lines or none, each at just what it cost, and expected again unless the order is closed. The movement that brought
/// it is taken back once, whole or in part. What is not there any more stays, and so does a receipt that bears a landed
/// cost. What came and goes back to the supplier is a return.
#[utoipa::path(
    post,
    path = "/purchase-orders/{id}/reversals",
    responses((status = 200, body = PurchaseOrderDto))
)]
pub async fn reverse_purchase_receipt(
    app: State<App>,
    caller: Caller,
    id: PathId<PurchaseOrderKind>,
    body: Body<PurchaseReversalDto>,
) -> Answer {
    let PurchaseReversalDto { reason, lines } = body.into_inner();
    let lines: Vec<WrongLine> = lines.into_iter().map(Into::into).collect();
    respond(
        &caller,
        async |ctx| {
            reverse_purchase_receipt::reverse_purchase_receipt(&app, ctx, id.id(), &lines, &reason).await
        },
        shown,
    )
    .await
}
