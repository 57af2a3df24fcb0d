//! `/sales-orders/by-external-id/{external_id}`: a sales order as another system knows it.

use super::sales_order_lines::{NewSalesOrderLineDto, inputs};
use super::sales_orders::{SalesOrderDto, created, rendered};
use crate::App;
use crate::domain::selling::SalesOrderDetail;
use crate::service::selling::create_sales_order::CreateSalesOrder;
use crate::service::selling::put_sales_order;
use chrono::{DateTime, Utc};
use inventory_contract::WarehouseId;
use kernel::reference::{MetadataSchema, Put};
use kernel::{Currency, Metadata};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Answer, Body, Caller, OptionalIfMatch, PathExternalId, State, respond};

/// All of it: what is left out is empty. Once the order is confirmed, its lines, place, date and currency are to be
/// what they are already.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "reference": "SO-10248", "customer_name": "Vins et alcools Chevalier", "customer_reference": "VINET",
    "placed_at": "2026-02-03T09:00:00Z", "metadata": {"channel": "web"},
    "lines": [{
        "item_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "quantity": "24",
        "unit_price": {"amount": 1800, "currency": "EUR"},
    }],
}))]
pub struct PutSalesOrderDto {
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
    /// When left out, what it is already, or now where the order is new
    placed_at: Option<DateTime<Utc>>,
    #[serde(default)]
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
    #[schema(min_items = 1, max_items = 500)]
    lines: Vec<NewSalesOrderLineDto>,
}

/// Drafts or replaces the sales order with this reference
///
/// One that is no draft any more takes other texts and metadata, and is told its lines as they are. What changes
/// nothing leaves its version as it is.
#[utoipa::path(
    put,
    path = "/sales-orders/by-external-id/{external_id}",
    responses(
        (status = 200, description = "It was there and is as told now", body = SalesOrderDto),
        (status = 201, description = "It is new", body = SalesOrderDto)
    )
)]
pub async fn put_sales_order(
    app: State<App>,
    caller: Caller,
    external_id: PathExternalId,
    if_match: OptionalIfMatch,
    body: Body<PutSalesOrderDto>,
) -> Answer {
    let body = body.into_inner();
    let command = CreateSalesOrder {
        id: None,
        warehouse: body.warehouse_id,
        reference: body.reference,
        customer_name: body.customer_name,
        customer_reference: body.customer_reference,
        currency: body.currency,
        placed_at: body.placed_at,
        external_id: Some(external_id.into_inner()),
        metadata: body.metadata,
        lines: inputs(body.lines),
    };
    respond(
        &caller,
        async |ctx| put_sales_order::put_sales_order(&app, ctx, if_match.seen(), command).await,
        |put: &Put<SalesOrderDetail>| {
            if put.created { created(&put.resource) } else { rendered(&put.resource) }
        },
    )
    .await
}
