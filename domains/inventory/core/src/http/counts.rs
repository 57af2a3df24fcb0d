//! `/counts`: what is found when stock is counted.

use crate::App;
use crate::domain::count::{Count, CountLineId};
use crate::domain::lot::LotInput;
use crate::http::movements::LotRefDto;
use crate::service::counting::create_count::{self, CreateCount};
use crate::service::counting::record_entries::{self, Entry};
use crate::service::counting::show_counts::{self, ShownLine};
use crate::service::counting::{cancel_count, submit_count};
use crate::store::count::CountFilter;
use chrono::{DateTime, Utc};
use inventory_contract::{CountId, CountKind, CountStatus, ItemId, LocationId, LotId, WarehouseId};
use kernel::{Money, Quantity};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Query, Rendered, State, respond, wire_enum};

wire_enum! {
    CountStatusDto = CountStatus {
        Open,
        /// Off by more than a hold rule allows
        PendingApproval,
        /// What it was off by is adjusted
        Posted,
        Cancelled,
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f",
    "location_id": null, "status": "posted", "blind": true, "reason": "End of the year", "reference": "2026/1",
    "line_count": 120, "counted_count": 118, "variance_count": 3, "submitted_at": "2026-02-03T17:00:00Z",
    "posted_at": "2026-02-03T17:00:00Z", "returned_reason": null, "created_at": "2026-02-03T09:30:00Z",
    "updated_at": "2026-02-03T17:00:00Z",
}))]
pub struct CountDto {
    id: CountId,
    warehouse_id: WarehouseId,
    /// `null` where the whole warehouse is counted
    #[schema(required)]
    location_id: Option<LocationId>,
    status: CountStatusDto,
    /// Whether nobody is shown what the books say before it is submitted
    blind: bool,
    /// Of the adjustments that come of it
    reason: String,
    #[schema(required)]
    reference: Option<String>,
    line_count: i64,
    counted_count: i64,
    /// How many lines are off, once it is submitted
    #[schema(required)]
    variance_count: Option<i64>,
    #[schema(required)]
    submitted_at: Option<DateTime<Utc>>,
    #[schema(required)]
    posted_at: Option<DateTime<Utc>>,
    /// Why it is open again
    #[schema(required)]
    returned_reason: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Count> for CountDto {
    fn from(count: &Count) -> Self {
        Self {
            id: count.id,
            warehouse_id: count.warehouse,
            location_id: count.location,
            status: count.status.into(),
            blind: count.blind,
            reason: count.reason.clone(),
            reference: count.reference.clone(),
            line_count: count.totals.lines,
            counted_count: count.totals.counted,
            variance_count: count.totals.off,
            submitted_at: count.submitted_at,
            posted_at: count.posted_at,
            returned_reason: count.returned_reason.clone(),
            created_at: count.created_at,
            updated_at: count.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "item_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f7a",
    "location_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "lot_id": null, "expected": "25", "counted": "24",
    "entered_quantity": "2", "entered_unit": "DZN", "entered_rounding": null, "counted_at": "2026-02-03T10:00:00Z",
    "counted_by": "user:0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "variance": "-1",
    "variance_value": {"amount": -1800, "currency": "USD"}, "created_at": "2026-02-03T09:30:00Z",
    "updated_at": "2026-02-03T17:00:00Z",
}))]
pub struct CountLineDto {
    id: CountLineId,
    item_id: ItemId,
    location_id: LocationId,
    #[schema(required)]
    lot_id: Option<LotId>,
    /// What the books had when it was counted; `null` in a blind count that is not submitted
    #[schema(required)]
    expected: Option<Quantity>,
    /// `null` where nobody has counted yet
    #[schema(required)]
    counted: Option<Quantity>,
    /// As it was entered, where that was in another unit
    #[schema(required)]
    entered_quantity: Option<Quantity>,
    #[schema(required)]
    entered_unit: Option<String>,
    /// What rounding to the item's unit left out, in its millionths, as a fraction; `null` where nothing was rounded
    #[schema(required, example = "-27/125")]
    entered_rounding: Option<String>,
    #[schema(required)]
    counted_at: Option<DateTime<Utc>>,
    #[schema(required)]
    counted_by: Option<String>,
    /// What is adjusted, once it is submitted
    #[schema(required)]
    variance: Option<Quantity>,
    /// The variance at what the item's stock cost when it was submitted, or else at its unit cost
    #[schema(required)]
    variance_value: Option<Money>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&ShownLine> for CountLineDto {
    fn from(shown: &ShownLine) -> Self {
        let ShownLine { line, shows_expected } = shown;
        let found = line.found.as_ref();
        let entered = found.and_then(|found| found.entered.as_ref());
        let (variance, value) = if *shows_expected { (line.variance, line.value()) } else { (None, None) };
        Self {
            id: line.id,
            item_id: line.shelf.item,
            location_id: line.shelf.location,
            lot_id: line.shelf.lot,
            expected: shows_expected.then_some(line.expected),
            counted: found.map(|found| found.quantity),
            entered_quantity: entered.map(|entered| entered.quantity),
            entered_unit: entered.map(|entered| entered.unit.clone()),
            entered_rounding: entered.and_then(|entered| entered.rounding.clone()),
            counted_at: found.map(|found| found.at),
            counted_by: found.map(|found| found.by.clone()),
            variance,
            variance_value: value,
            created_at: line.created_at,
            updated_at: line.updated_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f", "reason": "End of the year", "reference": "2026/1",
    "items": [{"item_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f7a"}],
}))]
pub struct CreateCountDto {
    /// The caller's own, if it has one
    id: Option<CountId>,
    /// The main one when left out
    warehouse_id: Option<WarehouseId>,
    /// This one alone, and not the whole warehouse
    location_id: Option<LocationId>,
    /// All that lie there when left out; of what lies in more than 1,000 places one location is counted at a time
    #[schema(min_items = 1, max_items = 1000)]
    items: Option<Vec<CountedItemDto>>,
    /// Whether nobody is shown what the books say before it is submitted; yes when left out
    #[serde(default = "yes")]
    blind: bool,
    /// Of the adjustments that come of it
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    reason: String,
    /// The tenant's own
    #[schema(max_length = 200)]
    reference: Option<String>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountedItemDto {
    item_id: ItemId,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "entries": [{"item_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f7a", "quantity": "2", "unit": "DZN"}],
}))]
pub struct CountEntriesDto {
    #[schema(min_items = 1, max_items = 200)]
    entries: Vec<CountEntryDto>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountEntryDto {
    item_id: ItemId,
    /// The count's own, or the floor of its warehouse, when left out
    location_id: Option<LocationId>,
    /// The lot or serial number of a tracked item
    lot: Option<LotRefDto>,
    /// 0 where nothing was found
    quantity: Quantity,
    /// Of the quantity; the item's own when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
}

impl From<CountEntryDto> for Entry {
    fn from(dto: CountEntryDto) -> Self {
        let CountEntryDto { item_id, location_id, lot, quantity, unit } = dto;
        let lot = lot.map(LotInput::from);
        Self { item: item_id, location: location_id, lot, quantity, unit }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct CountParams {
    /// Those in this state
    #[param(inline)]
    status: Option<CountStatusDto>,
    /// Those of this warehouse
    warehouse_id: Option<WarehouseId>,
}

/// Begins a count
#[utoipa::path(post, path = "/counts", responses((status = 201, body = CountDto)))]
pub async fn create_count(app: State<App>, caller: Caller, body: Body<CreateCountDto>) -> Answer {
    let CreateCountDto { id, warehouse_id, location_id, items, blind, reason, reference } = body.into_inner();
    let items = items.map(|items| items.into_iter().map(|item| item.item_id).collect());
    let (warehouse, location) = (warehouse_id, location_id);
    let command = CreateCount { id, warehouse, location, items, blind, reason, reference };
    respond(
        &caller,
        async |ctx| create_count::create_count(&app, ctx, command).await,
        |count: &Count| {
            let location = format!("/api/v1/inventory/counts/{}", count.id);
            Rendered::created(location, &CountDto::from(count)).etag(count.version)
        },
    )
    .await
}

/// Lists counts
#[utoipa::path(get, path = "/counts", responses((status = 200, body = Listing<CountDto>)))]
pub async fn list_counts(
    app: State<App>,
    caller: Caller,
    query: Query<CountParams>,
    page: PageQuery,
) -> Answer {
    let filter = CountFilter { status: query.status.map(CountStatus::from), warehouse: query.warehouse_id };
    let found = show_counts::list_counts(&app, &caller, &filter, page.request()).await?;
    Ok(page.render(found.map(|count| CountDto::from(&count))))
}

/// Shows a count
#[utoipa::path(get, path = "/counts/{id}", responses((status = 200, body = CountDto)))]
pub async fn get_count(app: State<App>, caller: Caller, id: PathId<CountKind>) -> Answer {
    Ok(rendered(&show_counts::get_count(&app, &caller, id.id()).await?))
}

/// Lists the lines of a count
#[utoipa::path(get, path = "/counts/{id}/lines", responses((status = 200, body = Listing<CountLineDto>)))]
pub async fn list_count_lines(
    app: State<App>,
    caller: Caller,
    id: PathId<CountKind>,
    page: PageQuery,
) -> Answer {
    let found = show_counts::list_count_lines(&app, &caller, id.id(), page.request()).await?;
    Ok(page.render(found.map(|line| CountLineDto::from(&line))))
}

/// Records what was counted
///
/// Until the count is submitted, a second count of a shelf stands in place of the first. What moves after an entry is not
/// taken for a variance.
#[utoipa::path(post, path = "/counts/{id}/entries", responses((status = 200, body = CountDto)))]
pub async fn record_count_entries(
    app: State<App>,
    caller: Caller,
    id: PathId<CountKind>,
    body: Body<CountEntriesDto>,
) -> Answer {
    let entries = body.into_inner().entries.into_iter().map(Entry::from).collect();
    respond(&caller, async |ctx| record_entries::record_entries(&app, ctx, id.id(), entries).await, rendered)
        .await
}

/// Submits a count
///
/// What it is off by is adjusted at once, or the count is `pending_approval` where a hold rule asks for a decision. Lines
/// that nobody has counted stay as they are.
#[utoipa::path(post, path = "/counts/{id}/submit", responses((status = 200, body = CountDto)))]
pub async fn submit_count(app: State<App>, caller: Caller, id: PathId<CountKind>) -> Answer {
    respond(&caller, async |ctx| submit_count::submit_count(&app, ctx, id.id()).await, rendered).await
}

/// Cancels a count
#[utoipa::path(post, path = "/counts/{id}/cancel", responses((status = 200, body = CountDto)))]
pub async fn cancel_count(app: State<App>, caller: Caller, id: PathId<CountKind>) -> Answer {
    respond(&caller, async |ctx| cancel_count::cancel_count(&app, ctx, id.id()).await, rendered).await
}

fn rendered(count: &Count) -> Rendered {
    Rendered::ok(&CountDto::from(count)).etag(count.version)
}
