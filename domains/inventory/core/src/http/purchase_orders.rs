//! `/purchase-orders`: what was ordered from suppliers, what came of it and what went back.

use crate::App;
use crate::domain::buying::{
    Line, LineInput, OrderFields, PurchaseOrder, PurchaseOrderDetail, PurchaseStatus,
};
use crate::service::buying::cancel_purchase_order::cancel_purchase_order as cancel;
use crate::service::buying::close_purchase_order::close_purchase_order as close;
use crate::service::buying::create_purchase_order::{self, CreatePurchaseOrder};
use crate::service::buying::order_purchase_order::order_purchase_order as order;
use crate::service::buying::patch_purchase_order::{self, PatchPurchaseOrder};
use crate::service::buying::{put_purchase_order, show_purchase_orders};
use crate::store::purchase_order::PurchaseOrderFilter;
use chrono::{DateTime, NaiveDate, Utc};
use inventory_contract::{ItemId, PurchaseOrderId, PurchaseOrderKind, SupplierId};
use kernel::reference::{MetadataPatchSchema, MetadataSchema, Put};
use kernel::{Metadata, MetadataPatch, Money, Quantity};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{
    Answer, Body, Caller, IfMatch, Listing, OptionalIfMatch, PageQuery, PathExternalId, PathId, Query,
    Rendered, State, nullable, respond, wire_enum,
};

wire_enum! {
    PurchaseOrderStatusDto = PurchaseStatus {
        Draft,
        Ordered,
        PartlyReceived,
        /// All of it that is expected
        Received,
        /// What had not come is expected no more
        Closed,
        /// Nothing came
        Cancelled,
    }
}

/// A purchase order in a list: without its lines.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "supplier_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f",
    "status": "partly_received", "reference": "PO-10248", "expected_on": "2026-02-20",
    "over_receipt_tolerance_percent": 5, "total": {"amount": 5000, "currency": "USD"},
    "ordered_at": "2026-02-03T09:45:00Z", "external_id": "erp-10248", "metadata": {"buyer": "north"},
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-18T08:00:00Z",
}))]
pub struct PurchaseOrderSummaryDto {
    id: PurchaseOrderId,
    supplier_id: SupplierId,
    status: PurchaseOrderStatusDto,
    /// The tenant's own, unique among its purchase orders
    #[schema(required)]
    reference: Option<String>,
    #[schema(required)]
    expected_on: Option<NaiveDate>,
    /// By how much of each line more may come than was ordered
    over_receipt_tolerance_percent: i64,
    /// Of all lines, as ordered
    total: Money,
    #[schema(required)]
    ordered_at: Option<DateTime<Utc>>,
    /// The tenant's own reference, unique among its purchase orders
    #[schema(required)]
    external_id: Option<String>,
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&PurchaseOrder> for PurchaseOrderSummaryDto {
    fn from(order: &PurchaseOrder) -> Self {
        Self {
            id: order.id,
            supplier_id: order.supplier,
            status: order.status.into(),
            reference: order.fields.reference.clone(),
            expected_on: order.fields.expected_on,
            over_receipt_tolerance_percent: order.fields.over_receipt_percent,
            total: order.total,
            ordered_at: order.ordered_at,
            external_id: order.fields.external_id.clone(),
            metadata: order.fields.metadata.clone(),
            created_at: order.created_at,
            updated_at: order.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "supplier_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f",
    "status": "partly_received", "reference": "PO-10248", "expected_on": "2026-02-20",
    "over_receipt_tolerance_percent": 5, "total": {"amount": 5000, "currency": "USD"},
    "ordered_at": "2026-02-03T09:45:00Z", "external_id": "erp-10248", "metadata": {"buyer": "north"},
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-18T08:00:00Z",
    "lines": [{
        "line": 1, "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "quantity": "5", "unit": "XCS",
        "unit_cost": {"amount": 1000, "currency": "USD"}, "rounding": null, "ordered": "60",
        "received": "24", "returned": "0", "cancelled": "0", "due": "36",
    }],
}))]
pub struct PurchaseOrderDto {
    #[serde(flatten)]
    summary: PurchaseOrderSummaryDto,
    lines: Vec<PurchaseOrderLineDto>,
}

#[derive(Serialize, ToSchema)]
pub struct PurchaseOrderLineDto {
    /// Its number in the order, from 1
    line: i64,
    item_id: ItemId,
    /// In `unit`
    quantity: Quantity,
    /// The item's own where it is null
    #[schema(required)]
    unit: Option<String>,
    /// Of one of `unit`
    unit_cost: Money,
    /// What rounding `ordered` left out, in millionths of the item's unit, as a fraction; `null` where nothing was rounded
    #[schema(required, example = "-27/125")]
    rounding: Option<String>,
    /// What `quantity` is in the item's unit, as are all that follow
    ordered: Quantity,
    /// All that ever came
    received: Quantity,
    returned: Quantity,
    /// What is not expected any more
    cancelled: Quantity,
    /// What is still expected
    due: Quantity,
}

impl From<&PurchaseOrderDetail> for PurchaseOrderDto {
    fn from(detail: &PurchaseOrderDetail) -> Self {
        let line = |line: &Line| PurchaseOrderLineDto {
            line: line.number,
            item_id: line.item,
            quantity: line.entered,
            unit: line.unit.clone(),
            unit_cost: line.unit_cost,
            rounding: line.rounding.clone(),
            ordered: line.quantity,
            received: line.received,
            returned: line.returned,
            cancelled: line.cancelled,
            due: line.due(),
        };
        Self { summary: (&detail.order).into(), lines: detail.lines.iter().map(line).collect() }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPurchaseOrderLineDto {
    item_id: ItemId,
    /// More than 0
    quantity: Quantity,
    /// The item's own when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
    /// Of one of that unit; all lines are in one currency
    unit_cost: Money,
}

impl From<NewPurchaseOrderLineDto> for LineInput {
    fn from(line: NewPurchaseOrderLineDto) -> Self {
        let NewPurchaseOrderLineDto { item_id, quantity, unit, unit_cost } = line;
        Self { item: item_id, quantity, unit, unit_cost }
    }
}

fn inputs(lines: Vec<NewPurchaseOrderLineDto>) -> Vec<LineInput> {
    lines.into_iter().map(Into::into).collect()
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "supplier_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f", "reference": "PO-10248",
    "expected_on": "2026-02-20", "over_receipt_tolerance_percent": 5, "external_id": "erp-10248",
    "metadata": {"buyer": "north"},
    "lines": [{
        "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "quantity": "5", "unit": "XCS",
        "unit_cost": {"amount": 1000, "currency": "USD"},
    }],
}))]
pub struct CreatePurchaseOrderDto {
    /// The caller's own, if it has one
    id: Option<PurchaseOrderId>,
    supplier_id: SupplierId,
    /// The tenant's own, unique among its purchase orders
    #[schema(max_length = 200)]
    reference: Option<String>,
    expected_on: Option<NaiveDate>,
    /// By how much of each line more may come than was ordered; 0 when left out
    #[schema(minimum = 0, maximum = 100)]
    over_receipt_tolerance_percent: Option<i64>,
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    external_id: Option<String>,
    #[serde(default)]
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
    #[schema(min_items = 1, max_items = 500)]
    lines: Vec<NewPurchaseOrderLineDto>,
}

/// All of it: what is left out is empty. Once the order is placed, its supplier, lines and tolerance are to be what
/// they are already.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "supplier_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f", "reference": "PO-10248",
    "expected_on": "2026-02-20", "metadata": {"buyer": "north"},
    "lines": [{
        "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "quantity": "5",
        "unit_cost": {"amount": 1000, "currency": "USD"},
    }],
}))]
pub struct PutPurchaseOrderDto {
    supplier_id: SupplierId,
    /// The tenant's own, unique among its purchase orders
    #[schema(max_length = 200)]
    reference: Option<String>,
    expected_on: Option<NaiveDate>,
    /// By how much of each line more may come than was ordered; 0 when left out
    #[schema(minimum = 0, maximum = 100)]
    over_receipt_tolerance_percent: Option<i64>,
    #[serde(default)]
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
    #[schema(min_items = 1, max_items = 500)]
    lines: Vec<NewPurchaseOrderLineDto>,
}

/// What is left out stays as it is; `null` empties it. Once the order is placed, only its references, metadata and day
/// change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "expected_on": "2026-02-27", "metadata": {"buyer": "south", "old": null} }))]
pub struct PatchPurchaseOrderDto {
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<SupplierId>, nullable = false)]
    supplier_id: Option<Option<SupplierId>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 200)]
    reference: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<NaiveDate>)]
    expected_on: Option<Option<NaiveDate>>,
    /// `null` is 0
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 100)]
    over_receipt_tolerance_percent: Option<Option<i64>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = r"\S")]
    external_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<MetadataPatchSchema>)]
    metadata: Option<Option<MetadataPatch>>,
    /// All lines anew
    #[serde(default, deserialize_with = "nullable")]
    #[schema(
        value_type = Option<Vec<NewPurchaseOrderLineDto>>, nullable = false,
        min_items = 1, max_items = 500
    )]
    lines: Option<Option<Vec<NewPurchaseOrderLineDto>>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "lines": [2] }))]
pub struct ClosePurchaseOrderDto {
    /// Numbers of lines of which nothing more is expected; all when left out
    #[schema(min_items = 1, max_items = 500)]
    lines: Option<Vec<i64>>,
}

#[derive(Deserialize, IntoParams)]
pub struct PurchaseOrderParams {
    /// Those of this supplier
    supplier_id: Option<SupplierId>,
    /// Those in this state
    #[param(inline)]
    status: Option<PurchaseOrderStatusDto>,
    /// The one with this reference
    reference: Option<String>,
    /// The one that another system calls so
    external_id: Option<String>,
}

pub(super) fn created(detail: &PurchaseOrderDetail) -> Rendered {
    let location = format!("/api/v1/inventory/purchase-orders/{}", detail.order.id);
    Rendered::created(location, &PurchaseOrderDto::from(detail)).etag(detail.order.version)
}

pub(super) fn shown(detail: &PurchaseOrderDetail) -> Rendered {
    Rendered::ok(&PurchaseOrderDto::from(detail)).etag(detail.order.version)
}

/// Drafts a purchase order
#[utoipa::path(post, path = "/purchase-orders", responses((status = 201, body = PurchaseOrderDto)))]
pub async fn create_purchase_order(
    app: State<App>,
    caller: Caller,
    body: Body<CreatePurchaseOrderDto>,
) -> Answer {
    let CreatePurchaseOrderDto {
        id,
        supplier_id,
        reference,
        expected_on,
        over_receipt_tolerance_percent,
        external_id,
        metadata,
        lines,
    } = body.into_inner();
    let over_receipt_percent = over_receipt_tolerance_percent.unwrap_or_default();
    let fields = OrderFields { reference, expected_on, over_receipt_percent, external_id, metadata };
    let command = CreatePurchaseOrder { id, supplier: supplier_id, fields, lines: inputs(lines) };
    respond(
        &caller,
        async |ctx| create_purchase_order::create_purchase_order(&app, ctx, command).await,
        created,
    )
    .await
}

/// Lists purchase orders
#[utoipa::path(
    get,
    path = "/purchase-orders",
    responses((status = 200, body = Listing<PurchaseOrderSummaryDto>))
)]
pub async fn list_purchase_orders(
    app: State<App>,
    caller: Caller,
    query: Query<PurchaseOrderParams>,
    page: PageQuery,
) -> Answer {
    let filter = PurchaseOrderFilter {
        supplier: query.supplier_id,
        status: query.status.map(Into::into),
        reference: query.reference.clone(),
        external_id: query.external_id.clone(),
    };
    let found = show_purchase_orders::list_purchase_orders(&app, &caller, &filter, page.request()).await?;
    Ok(page.render(found.map(|order| PurchaseOrderSummaryDto::from(&order))))
}

/// Shows a purchase order
#[utoipa::path(get, path = "/purchase-orders/{id}", responses((status = 200, body = PurchaseOrderDto)))]
pub async fn get_purchase_order(app: State<App>, caller: Caller, id: PathId<PurchaseOrderKind>) -> Answer {
    Ok(shown(&show_purchase_orders::get_purchase_order(&app, &caller, id.id()).await?))
}

/// Changes a purchase order
#[utoipa::path(patch, path = "/purchase-orders/{id}", responses((status = 200, body = PurchaseOrderDto)))]
pub async fn patch_purchase_order(
    app: State<App>,
    caller: Caller,
    id: PathId<PurchaseOrderKind>,
    if_match: IfMatch,
    body: Body<PatchPurchaseOrderDto>,
) -> Answer {
    let dto = body.into_inner();
    let patch = PatchPurchaseOrder {
        supplier: dto.supplier_id,
        reference: dto.reference,
        expected_on: dto.expected_on,
        over_receipt_percent: dto.over_receipt_tolerance_percent,
        external_id: dto.external_id,
        metadata: dto.metadata,
        lines: dto.lines.map(|lines| lines.map(inputs)),
    };
    let expected = if_match.expected();
    respond(
        &caller,
        async |ctx| patch_purchase_order::patch_purchase_order(&app, ctx, id.id(), expected, patch).await,
        shown,
    )
    .await
}

/// Drafts or replaces the purchase order with this reference
///
/// What changes nothing leaves its version as it is.
#[utoipa::path(
    put,
    path = "/purchase-orders/by-external-id/{external_id}",
    responses(
        (status = 200, description = "It was there and is as told now", body = PurchaseOrderDto),
        (status = 201, description = "It is new", body = PurchaseOrderDto)
    )
)]
pub async fn put_purchase_order(
    app: State<App>,
    caller: Caller,
    external_id: PathExternalId,
    if_match: OptionalIfMatch,
    body: Body<PutPurchaseOrderDto>,
) -> Answer {
    let dto = body.into_inner();
    let fields = OrderFields {
        reference: dto.reference,
        expected_on: dto.expected_on,
        over_receipt_percent: dto.over_receipt_tolerance_percent.unwrap_or_default(),
        external_id: Some(external_id.into_inner()),
        metadata: dto.metadata,
    };
    let command =
        CreatePurchaseOrder { id: None, supplier: dto.supplier_id, fields, lines: inputs(dto.lines) };
    respond(
        &caller,
        async |ctx| put_purchase_order::put_purchase_order(&app, ctx, if_match.seen(), command).await,
        |put: &Put<PurchaseOrderDetail>| {
            if put.created { created(&put.resource) } else { shown(&put.resource) }
        },
    )
    .await
}

/// Places a purchase order
#[utoipa::path(
    post,
    path = "/purchase-orders/{id}/order",
    responses((status = 200, body = PurchaseOrderDto))
)]
pub async fn order_purchase_order(app: State<App>, caller: Caller, id: PathId<PurchaseOrderKind>) -> Answer {
    respond(&caller, async |ctx| order(&app, ctx, id.id()).await, shown).await
}

/// Gives up a purchase order of which nothing came
#[utoipa::path(
    post,
    path = "/purchase-orders/{id}/cancel",
    responses((status = 200, body = PurchaseOrderDto))
)]
pub async fn cancel_purchase_order(app: State<App>, caller: Caller, id: PathId<PurchaseOrderKind>) -> Answer {
    respond(&caller, async |ctx| cancel(&app, ctx, id.id()).await, shown).await
}

/// Cancels what has not come of a purchase order
///
/// Of some of its lines, or of all: then it is closed.
#[utoipa::path(
    post,
    path = "/purchase-orders/{id}/close",
    responses((status = 200, body = PurchaseOrderDto))
)]
pub async fn close_purchase_order(
    app: State<App>,
    caller: Caller,
    id: PathId<PurchaseOrderKind>,
    body: Body<ClosePurchaseOrderDto>,
) -> Answer {
    let ClosePurchaseOrderDto { lines } = body.into_inner();
    respond(&caller, async |ctx| close(&app, ctx, id.id(), lines).await, shown).await
}
