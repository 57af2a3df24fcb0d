//! `/valuation`, and `/items/{id}/value-entries`, which it is the sum of.

use crate::App;
use crate::domain::costing::{EntryKind, Taken, ValueEntry};
use crate::service::valuation::list_valuation;
use crate::store::item_value::Valued;
use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, ItemKind, LandedCostId, MovementId};
use kernel::{Money, Quantity};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Answer, Caller, Listing, PageQuery, PathId, Query, State, wire_enum};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "on_hand": "550", "value": {"amount": 576667, "currency": "USD"}, "exact_value": "576666.666667",
    "sequence": 4, "recorded_at": "2026-02-03T09:30:00Z",
    "created_at": "2026-02-01T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct ValuationDto {
    id: Uuid,
    item_id: ItemId,
    on_hand: Quantity,
    /// To the minor unit, which is the sum of what was booked; below 0 where stock is
    value: Money,
    /// In minor units and parts of them, which is the sum of the entries
    #[schema(example = "576666.666667")]
    exact_value: String,
    /// Of the last entry
    sequence: i64,
    /// When the last entry was
    recorded_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Valued> for ValuationDto {
    fn from(valued: &Valued) -> Self {
        Self {
            id: valued.id,
            item_id: valued.item,
            on_hand: valued.stock.on_hand,
            value: Money::new(valued.stock.value.minor(), valued.currency),
            exact_value: valued.stock.value.exact_text(),
            sequence: valued.sequence,
            recorded_at: valued.recorded_at,
            created_at: valued.created_at,
            updated_at: valued.recorded_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct ValuationParams {
    /// That of this item
    item_id: Option<ItemId>,
    /// As it was recorded by then, a minute ago or earlier: asked again, it is the same. What is now when left out
    as_of: Option<DateTime<Utc>>,
}

/// Lists what the stock of each item is worth
#[utoipa::path(get, path = "/valuation", responses((status = 200, body = Listing<ValuationDto>)))]
pub async fn list_valuation(
    app: State<App>,
    caller: Caller,
    query: Query<ValuationParams>,
    page: PageQuery,
) -> Answer {
    let ValuationParams { item_id, as_of } = *query;
    let found = list_valuation::list_valuation(&app, &caller, item_id, as_of, page.request()).await?;
    Ok(page.render(found.map(|valued| ValuationDto::from(&valued))))
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "sequence": 3, "kind": "issue", "movement_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f7a",
    "returned_from_id": null, "landed_cost_id": null, "quantity": "-550",
    "value": {"amount": -620000, "currency": "USD"}, "exact_value": "-620000",
    "layers": [{"layer": 1, "quantity": "100", "exact_value": "100000"}],
    "on_hand": "50", "stock_value": {"amount": 60000, "currency": "USD"}, "exact_stock_value": "60000",
    "recorded_at": "2026-02-03T09:30:00Z",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct ValueEntryDto {
    id: Uuid,
    item_id: ItemId,
    /// Of the item's entries, from 1 without a gap
    sequence: i64,
    kind: EntryKindDto,
    /// What moved; empty where only the value changed
    #[schema(required)]
    movement_id: Option<MovementId>,
    /// The shipment that it came back from, at whose cost it did
    #[schema(required)]
    returned_from_id: Option<MovementId>,
    #[schema(required)]
    landed_cost_id: Option<LandedCostId>,
    /// Below 0 when stock left, 0 when only the value changed
    quantity: Quantity,
    /// What is booked: by how much the stock's value changed, each to the minor unit
    value: Money,
    /// In minor units and parts of them
    #[schema(example = "-620000")]
    exact_value: String,
    /// Valued first in, first out: what was taken of which receipt, or came back to it
    layers: Vec<LayerDto>,
    /// After this entry
    on_hand: Quantity,
    /// After this entry
    stock_value: Money,
    #[schema(example = "60000")]
    exact_stock_value: String,
    /// Never earlier than the entry before
    recorded_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    /// As it was created: an entry is never altered
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct LayerDto {
    /// The sequence of the entry that it came in by; empty for what was not there
    #[schema(required)]
    layer: Option<i64>,
    quantity: Quantity,
    #[schema(example = "100000")]
    exact_value: String,
}

wire_enum! {
    EntryKindDto = EntryKind {
        /// What was there before its cost was known
        Opening,
        Receipt,
        Issue,
        /// At the cost that it went out at
        Return,
        /// What had been issued turned out to have cost more, where the value is below 0, or less
        Settlement,
        /// What was paid differs from the standard: it was more, where the value is below 0
        Variance,
        /// The standard changed
        Revaluation,
        /// A cost of bringing it here
        Landed,
    }
}

impl From<&Taken> for LayerDto {
    fn from(taken: &Taken) -> Self {
        Self { layer: taken.layer, quantity: taken.quantity, exact_value: taken.value.exact_text() }
    }
}

impl From<&ValueEntry> for ValueEntryDto {
    fn from(entry: &ValueEntry) -> Self {
        Self {
            id: entry.id,
            item_id: entry.item,
            sequence: entry.sequence,
            kind: entry.change.kind.into(),
            movement_id: entry.movement,
            returned_from_id: entry.returns,
            landed_cost_id: entry.landed_cost,
            quantity: entry.change.quantity,
            value: Money::new(entry.booked_minor(), entry.currency),
            exact_value: entry.change.value.exact_text(),
            layers: entry.change.taken.iter().map(LayerDto::from).collect(),
            on_hand: entry.stock.on_hand,
            stock_value: Money::new(entry.stock.value.minor(), entry.currency),
            exact_stock_value: entry.stock.value.exact_text(),
            recorded_at: entry.recorded_at,
            created_at: entry.created_at,
            updated_at: entry.created_at,
        }
    }
}

/// Lists what made an item's stock worth what it is, the newest first
#[utoipa::path(
    get,
    path = "/items/{id}/value-entries",
    responses((status = 200, body = Listing<ValueEntryDto>))
)]
pub async fn list_value_entries(
    app: State<App>,
    caller: Caller,
    id: PathId<ItemKind>,
    page: PageQuery,
) -> Answer {
    let found = list_valuation::list_value_entries(&app, &caller, id.id(), page.request()).await?;
    Ok(page.render(found.map(|entry| ValueEntryDto::from(&entry))))
}
