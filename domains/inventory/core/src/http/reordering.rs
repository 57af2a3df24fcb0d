//! `/reorder-suggestions`: what is due to be ordered again, and the purchase order that orders it.

use super::purchase_orders::{PurchaseOrderDto, created};
use crate::App;
use crate::domain::buying::OrderFields;
use crate::service::reordering::order_suggested::{OrderSuggested, SuggestedLine, order_suggested};
use crate::service::reordering::suggest_orders::{self, Suggestion};
use chrono::{DateTime, NaiveDate, Utc};
use inventory_contract::{ItemId, PurchaseOrderId, SupplierId};
use kernel::{Money, Quantity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Answer, Body, Caller, Listing, PageQuery, State, respond};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "sku": "CHAI-10", "name": "Chai", "unit": "each", "unit_cost": {"amount": 1800, "currency": "USD"},
    "available": "4", "on_order": "3", "backordered": "0", "minimum": "10", "maximum": "40", "suggested_quantity": "33",
    "lead_time_days": 14, "needed_by": "2026-02-17", "due_since": "2026-02-03T09:00:00Z",
    "created_at": "2026-01-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct ReorderSuggestionDto {
    id: Uuid,
    item_id: ItemId,
    sku: String,
    name: String,
    /// Of all quantities here
    unit: String,
    #[schema(required)]
    unit_cost: Option<Money>,
    available: Quantity,
    /// Expected of purchase orders that were placed
    on_order: Quantity,
    /// What confirmed sales orders wait for; `available` says nothing of it
    backordered: Quantity,
    /// The item's `reorder_level`
    minimum: Quantity,
    /// The item's `reorder_up_to`
    #[schema(required)]
    maximum: Option<Quantity>,
    /// From what is available and on order, less what is backordered, up to the maximum, or as many times the minimum
    /// as it takes to be above it; 0 where it is above already
    suggested_quantity: Quantity,
    #[schema(required)]
    lead_time_days: Option<i64>,
    /// When it would be here, ordered today
    #[schema(required)]
    needed_by: Option<NaiveDate>,
    /// When what is available fell to the minimum
    due_since: DateTime<Utc>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Suggestion> for ReorderSuggestionDto {
    fn from(of: Suggestion) -> Self {
        Self {
            id: of.id,
            item_id: of.item,
            sku: of.sku,
            name: of.name,
            unit: of.unit,
            unit_cost: of.unit_cost,
            available: of.available,
            on_order: of.on_order,
            backordered: of.backordered,
            minimum: of.minimum,
            maximum: of.maximum,
            suggested_quantity: of.quantity,
            lead_time_days: of.lead_time_days,
            needed_by: of.needed_by,
            due_since: of.due_since,
            created_at: of.created_at,
            updated_at: of.updated_at,
        }
    }
}

/// Lists what is due to be ordered again
///
/// An item is due while no more than its `reorder_level` is available. How much is suggested counts what is on order
/// too, and what confirmed sales orders wait for.
#[utoipa::path(
    get,
    path = "/reorder-suggestions",
    responses((status = 200, body = Listing<ReorderSuggestionDto>))
)]
pub async fn list_reorder_suggestions(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = suggest_orders::list_reorder_suggestions(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(ReorderSuggestionDto::from)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuggestedLineDto {
    /// An item that is due
    item_id: ItemId,
    /// In the item's unit; as suggested when left out
    quantity: Option<Quantity>,
    /// Of one of that unit; the item's when left out. All lines are in one currency
    unit_cost: Option<Money>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "supplier_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f", "reference": "PO-10248",
    "lines": [{"item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f"}],
}))]
pub struct OrderSuggestedDto {
    /// The caller's own of the purchase order, if it has one
    id: Option<PurchaseOrderId>,
    supplier_id: SupplierId,
    /// The tenant's own, unique among its purchase orders
    #[schema(max_length = 200)]
    reference: Option<String>,
    /// When the last of the items would be here, when left out
    expected_on: Option<NaiveDate>,
    #[schema(min_items = 1, max_items = 100)]
    lines: Vec<SuggestedLineDto>,
}

/// Drafts a purchase order of what is due
#[utoipa::path(
    post,
    path = "/reorder-suggestions/purchase-orders",
    responses((status = 201, body = PurchaseOrderDto))
)]
pub async fn order_suggested_items(app: State<App>, caller: Caller, body: Body<OrderSuggestedDto>) -> Answer {
    let OrderSuggestedDto { id, supplier_id, reference, expected_on, lines } = body.into_inner();
    let lines = lines.into_iter().map(|line| SuggestedLine {
        item: line.item_id,
        quantity: line.quantity,
        unit_cost: line.unit_cost,
    });
    let fields = OrderFields { reference, expected_on, ..OrderFields::default() };
    let command = OrderSuggested { id, supplier: supplier_id, fields, lines: lines.collect() };
    respond(&caller, async |ctx| order_suggested(&app, ctx, command).await, created).await
}
