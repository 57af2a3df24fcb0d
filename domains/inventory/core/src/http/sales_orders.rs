//! `/sales-orders`: what customers want, what they were sent, and what came back.

use super::sales_order_lines::{NewSalesOrderLineDto, SalesOrderLineDto, inputs};
use crate::App;
use crate::domain::selling::{SalesOrder, SalesOrderDetail, SalesOrderStatus};
use crate::service::selling::cancel_sales_order::cancel_sales_order as cancel;
use crate::service::selling::confirm_sales_order::confirm_sales_order as confirm;
use crate::service::selling::create_sales_order::{self, CreateSalesOrder};
use crate::service::selling::patch_sales_order::{self, SalesOrderChange};
use crate::service::selling::read_sales_orders;
use crate::service::selling::ship_sales_order::{self, ShipLine, ShipSalesOrder};
use crate::service::selling::take_back_goods::{self, ReturnLine, ReturnTo, TakeBackGoods};
use crate::store::sales_order::SalesOrderFilter;
use chrono::{DateTime, Utc};
use inventory_contract::{LocationId, SalesOrderId, SalesOrderKind, SalesOrderLineId, WarehouseId};
use kernel::reference::{MetadataPatchSchema, MetadataSchema};
use kernel::{Currency, Metadata, MetadataPatch, Quantity};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{
    Answer, Body, Caller, IfMatch, Listing, PageQuery, PathId, Query, Rendered, State, nullable, respond,
    wire_enum,
};

wire_enum! {
    SalesOrderStatusDto = SalesOrderStatus {
        Draft,
        Confirmed,
        PartlyShipped,
        /// All that was not cancelled
        Shipped,
        Cancelled,
    }
}

/// A sales order in a list: without its lines.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f",
    "reference": "SO-10248", "customer_name": "Vins et alcools Chevalier", "customer_reference": "VINET",
    "status": "partly_shipped", "currency": "EUR", "placed_at": "2026-02-03T09:00:00Z",
    "confirmed_at": "2026-02-03T09:30:00Z", "external_id": "shop-10248", "metadata": {"channel": "web"},
    "created_at": "2026-02-03T09:15:00Z", "updated_at": "2026-02-04T08:00:00Z",
}))]
pub struct SalesOrderSummaryDto {
    id: SalesOrderId,
    /// Where it is sent from
    warehouse_id: WarehouseId,
    /// The tenant's own, unique among its sales orders
    #[schema(required)]
    reference: Option<String>,
    customer_name: String,
    /// What the tenant or the customer calls the customer
    #[schema(required)]
    customer_reference: Option<String>,
    status: SalesOrderStatusDto,
    /// Of all its prices
    #[schema(required)]
    currency: Option<Currency>,
    placed_at: DateTime<Utc>,
    #[schema(required)]
    confirmed_at: Option<DateTime<Utc>>,
    /// The tenant's own reference, unique among its sales orders
    #[schema(required)]
    external_id: Option<String>,
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&SalesOrder> for SalesOrderSummaryDto {
    fn from(order: &SalesOrder) -> Self {
        let fields = order.fields.clone();
        Self {
            id: order.id,
            warehouse_id: fields.warehouse,
            reference: fields.reference,
            customer_name: fields.customer_name,
            customer_reference: fields.customer_reference,
            status: order.status.into(),
            currency: fields.currency,
            placed_at: fields.placed_at,
            confirmed_at: order.confirmed_at,
            external_id: fields.external_id,
            metadata: fields.metadata,
            created_at: order.created_at,
            updated_at: order.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f",
    "reference": "SO-10248", "customer_name": "Vins et alcools Chevalier", "customer_reference": "VINET",
    "status": "partly_shipped", "currency": "EUR", "placed_at": "2026-02-03T09:00:00Z",
    "confirmed_at": "2026-02-03T09:30:00Z", "external_id": "shop-10248", "metadata": {"channel": "web"},
    "created_at": "2026-02-03T09:15:00Z", "updated_at": "2026-02-04T08:00:00Z",
    "lines": [{
        "id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "item_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
        "quantity": "24", "entered_quantity": "2", "entered_unit": "DZN", "entered_rounding": null,
        "unit_price": {"amount": 1800, "currency": "EUR"}, "kit": null, "allocated": "6", "backordered": "8",
        "shipped": "10", "returned": "1", "cancelled": "0",
    }, {
        "id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f7a", "item_id": "0190a5c8-7d3e-7a61-8f2b-3c4d5e6f7a8b",
        "quantity": "6", "entered_quantity": null, "entered_unit": null, "entered_rounding": null, "unit_price": null,
        "kit": {
            "line": 2, "item_id": "0190a5c8-7d3e-7a61-8f2b-4d5e6f7a8b9c", "quantity": "3",
            "entered_quantity": null, "entered_unit": null, "unit_price": {"amount": 4900, "currency": "EUR"},
        },
        "allocated": "6", "backordered": "0", "shipped": "0", "returned": "0", "cancelled": "0",
    }],
}))]
pub struct SalesOrderDto {
    #[serde(flatten)]
    summary: SalesOrderSummaryDto,
    lines: Vec<SalesOrderLineDto>,
}

impl From<&SalesOrderDetail> for SalesOrderDto {
    fn from(detail: &SalesOrderDetail) -> Self {
        let lines = detail.lines.iter().map(SalesOrderLineDto::from).collect();
        Self { summary: (&detail.order).into(), lines }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "reference": "SO-10248", "customer_name": "Vins et alcools Chevalier", "customer_reference": "VINET",
    "placed_at": "2026-02-03T09:00:00Z", "external_id": "shop-10248", "metadata": {"channel": "web"},
    "lines": [{
        "item_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "quantity": "24",
        "unit_price": {"amount": 1800, "currency": "EUR"},
    }],
}))]
pub struct CreateSalesOrderDto {
    /// The caller's own, if it has one
    id: Option<SalesOrderId>,
    /// Where it is sent from; the main one when left out
    warehouse_id: Option<WarehouseId>,
    /// Unique among the tenant's sales orders
    #[schema(max_length = 200)]
    reference: Option<String>,
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    customer_name: String,
    #[schema(max_length = 200)]
    customer_reference: Option<String>,
    /// That of the prices when left out
    currency: Option<Currency>,
    /// Now when left out
    placed_at: Option<DateTime<Utc>>,
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    external_id: Option<String>,
    #[serde(default)]
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
    #[schema(min_items = 1, max_items = 500)]
    lines: Vec<NewSalesOrderLineDto>,
}

/// Lines, place and date of a draft; the other texts at any time.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "customer_reference": "VINET", "metadata": {"channel": "phone", "old": null} }))]
pub struct PatchSalesOrderDto {
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<WarehouseId>, nullable = false)]
    warehouse_id: Option<Option<WarehouseId>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 200)]
    reference: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 200, pattern = r"\S"
    )]
    customer_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 200)]
    customer_reference: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<DateTime<Utc>>, nullable = false)]
    placed_at: Option<Option<DateTime<Utc>>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = r"\S")]
    external_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<MetadataPatchSchema>)]
    metadata: Option<Option<MetadataPatch>>,
    /// All lines anew, a kit by itself and not by its parts
    #[serde(default, deserialize_with = "nullable")]
    #[schema(
        value_type = Option<Vec<NewSalesOrderLineDto>>, nullable = false, min_items = 1, max_items = 500
    )]
    lines: Option<Option<Vec<NewSalesOrderLineDto>>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "reference": "delivery note 8813",
    "lines": [{ "line_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "quantity": "10", "lot": "L2026-01" }],
}))]
pub struct ShipmentDto {
    /// All that is allocated when left out
    #[schema(min_items = 1, max_items = 500)]
    lines: Option<Vec<ShipmentLineDto>>,
    /// When it left; now when left out
    happened_at: Option<DateTime<Utc>>,
    /// A delivery note, a parcel
    #[schema(max_length = 200)]
    reference: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipmentLineDto {
    line_id: SalesOrderLineId,
    /// No more than the line has allocated
    quantity: Quantity,
    /// What the quantity is in; the item's own when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
    /// Of this lot or serial number alone; first what expires first when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    lot: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "reference": "return note 17",
    "lines": [{
        "line_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "quantity": "1", "to": "stock", "lot": "L2026-01",
        "reason": "wrong size",
    }],
}))]
pub struct ReturnDto {
    #[schema(min_items = 1, max_items = 500)]
    lines: Vec<ReturnLineDto>,
    /// When it came back; now when left out
    happened_at: Option<DateTime<Utc>>,
    /// A return note
    #[schema(max_length = 200)]
    reference: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnLineDto {
    line_id: SalesOrderLineId,
    /// No more than is with the customer
    quantity: Quantity,
    /// What the quantity is in; the item's own when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
    to: ReturnToDto,
    /// The floor of the order's warehouse when left out; for quarantine it is said
    location_id: Option<LocationId>,
    /// Said for a tracked item: one that was shipped
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    lot: Option<String>,
    #[schema(max_length = 500)]
    reason: Option<String>,
}

wire_enum! {
    ReturnToDto = ReturnTo {
        /// To be sold again
        Stock,
        /// To be looked at: promised to nobody
        Quarantine,
        /// Thrown away
        Scrap,
    }
}

#[derive(Deserialize, IntoParams)]
pub struct SalesOrderParams {
    /// Those in this state
    #[param(inline)]
    status: Option<SalesOrderStatusDto>,
    /// The one with this reference
    reference: Option<String>,
    /// Those of the customer with this reference
    customer_reference: Option<String>,
    /// The one that another system calls so
    external_id: Option<String>,
}

pub(super) fn created(detail: &SalesOrderDetail) -> Rendered {
    let location = format!("/api/v1/inventory/sales-orders/{}", detail.order.id);
    Rendered::created(location, &SalesOrderDto::from(detail)).etag(detail.order.version)
}

pub(super) fn rendered(detail: &SalesOrderDetail) -> Rendered {
    Rendered::ok(&SalesOrderDto::from(detail)).etag(detail.order.version)
}

/// Drafts a sales order
///
/// Nothing is promised before it is confirmed. A line that names a kit is kept as a line for each of its parts, which say
/// what was ordered; each part is promised, shipped and taken back for itself.
#[utoipa::path(post, path = "/sales-orders", responses((status = 201, body = SalesOrderDto)))]
pub async fn create_sales_order(app: State<App>, caller: Caller, body: Body<CreateSalesOrderDto>) -> Answer {
    let body = body.into_inner();
    let command = CreateSalesOrder {
        id: body.id,
        warehouse: body.warehouse_id,
        reference: body.reference,
        customer_name: body.customer_name,
        customer_reference: body.customer_reference,
        currency: body.currency,
        placed_at: body.placed_at,
        external_id: body.external_id,
        metadata: body.metadata,
        lines: inputs(body.lines),
    };
    respond(&caller, async |ctx| create_sales_order::create_sales_order(&app, ctx, command).await, created)
        .await
}

/// Lists sales orders
#[utoipa::path(get, path = "/sales-orders", responses((status = 200, body = Listing<SalesOrderSummaryDto>)))]
pub async fn list_sales_orders(
    app: State<App>,
    caller: Caller,
    query: Query<SalesOrderParams>,
    page: PageQuery,
) -> Answer {
    let filter = SalesOrderFilter {
        status: query.status.map(SalesOrderStatus::from),
        reference: query.reference.clone(),
        customer_reference: query.customer_reference.clone(),
        external_id: query.external_id.clone(),
    };
    let found = read_sales_orders::list_sales_orders(&app, &caller, &filter, page.request()).await?;
    Ok(page.render(found.map(|order| SalesOrderSummaryDto::from(&order))))
}

/// Shows a sales order
#[utoipa::path(get, path = "/sales-orders/{id}", responses((status = 200, body = SalesOrderDto)))]
pub async fn get_sales_order(app: State<App>, caller: Caller, id: PathId<SalesOrderKind>) -> Answer {
    Ok(rendered(&read_sales_orders::get_sales_order(&app, &caller, id.id()).await?))
}

/// Changes a sales order
///
/// Lines, warehouse and date only while it is a draft. A line keeps its id as long as something stands at its
/// place.
#[utoipa::path(patch, path = "/sales-orders/{id}", responses((status = 200, body = SalesOrderDto)))]
pub async fn patch_sales_order(
    app: State<App>,
    caller: Caller,
    id: PathId<SalesOrderKind>,
    if_match: IfMatch,
    body: Body<PatchSalesOrderDto>,
) -> Answer {
    let body = body.into_inner();
    let change = SalesOrderChange {
        warehouse: body.warehouse_id,
        reference: body.reference,
        customer_name: body.customer_name,
        customer_reference: body.customer_reference,
        placed_at: body.placed_at,
        external_id: body.external_id,
        metadata: body.metadata,
        lines: body.lines.map(|lines| lines.map(inputs)),
    };
    respond(
        &caller,
        async |ctx| {
            patch_sales_order::patch_sales_order(&app, ctx, id.id(), if_match.expected(), change).await
        },
        rendered,
    )
    .await
}

/// Confirms a sales order
///
/// A kit that is another by now than the draft shows is refused: say its lines anew, look at them, and confirm it
/// then. Each line gets what is available at its warehouse, all or some of it, and waits for the rest: what becomes
/// free goes to those who wait, in the order of their confirmation. A line of an item that others wait for there
/// waits behind them. Of what has serial numbers a line gets at most 500 at once, and more once those are
/// shipped. A plain reservation waits for nobody and takes what is available when it is asked for.
#[utoipa::path(post, path = "/sales-orders/{id}/confirm", responses((status = 200, body = SalesOrderDto)))]
pub async fn confirm_sales_order(app: State<App>, caller: Caller, id: PathId<SalesOrderKind>) -> Answer {
    respond(&caller, async |ctx| confirm(&app, ctx, id.id()).await, rendered).await
}

/// Cancels what has not been shipped
///
/// What is allocated is available again. An order of which something was shipped is shipped then.
#[utoipa::path(post, path = "/sales-orders/{id}/cancel", responses((status = 200, body = SalesOrderDto)))]
pub async fn cancel_sales_order(app: State<App>, caller: Caller, id: PathId<SalesOrderKind>) -> Answer {
    respond(&caller, async |ctx| cancel(&app, ctx, id.id()).await, rendered).await
}

/// Ships what is allocated, or some of it
#[utoipa::path(post, path = "/sales-orders/{id}/shipments", responses((status = 200, body = SalesOrderDto)))]
pub async fn ship_sales_order(
    app: State<App>,
    caller: Caller,
    id: PathId<SalesOrderKind>,
    body: Body<ShipmentDto>,
) -> Answer {
    let ShipmentDto { lines, happened_at, reference } = body.into_inner();
    let line = |line: ShipmentLineDto| ShipLine {
        line: line.line_id,
        quantity: line.quantity,
        unit: line.unit,
        lot: line.lot,
    };
    let lines = lines.map(|lines| lines.into_iter().map(line).collect());
    let command = ShipSalesOrder { lines, happened_at, reference };
    respond(
        &caller,
        async |ctx| ship_sales_order::ship_sales_order(&app, ctx, id.id(), command).await,
        rendered,
    )
    .await
}

/// Takes back what was shipped
///
/// To stock, to quarantine, or to be thrown away.
#[utoipa::path(post, path = "/sales-orders/{id}/returns", responses((status = 200, body = SalesOrderDto)))]
pub async fn take_back_goods(
    app: State<App>,
    caller: Caller,
    id: PathId<SalesOrderKind>,
    body: Body<ReturnDto>,
) -> Answer {
    let ReturnDto { lines, happened_at, reference } = body.into_inner();
    let line = |line: ReturnLineDto| ReturnLine {
        line: line.line_id,
        quantity: line.quantity,
        unit: line.unit,
        to: line.to.into(),
        location: line.location_id,
        lot: line.lot,
        reason: line.reason,
    };
    let command = TakeBackGoods { lines: lines.into_iter().map(line).collect(), happened_at, reference };
    respond(
        &caller,
        async |ctx| take_back_goods::take_back_goods(&app, ctx, id.id(), command).await,
        rendered,
    )
    .await
}
