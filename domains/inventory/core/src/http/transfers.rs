//! `/transfers`: stock that goes from a place to another.

use crate::App;
use crate::domain::transfer::{Spot, Transfer, TransferDetail, TransferLine, TransferStatus};
use crate::service::places::find_place::NamedPlace;
use crate::service::places::transfers::cancel_transfer;
use crate::service::places::transfers::create_transfer::{self, CreateTransfer, NewLine};
use crate::service::places::transfers::settle_transfer::{self, SettleTransfer, SettledLine, What};
use crate::service::places::transfers::{ship_transfer, show_transfers};
use crate::store::transfer::TransferFilter;
use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, LocationId, LotId, TransferId, TransferKind, WarehouseId};
use kernel::Quantity;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Query, Rendered, State, respond, wire_enum};

wire_enum! {
    TransferStatusDto = TransferStatus {
        Requested,
        InTransit,
        /// All of it came or is lost
        Completed,
        Cancelled,
    }
}

#[derive(Serialize, ToSchema)]
pub struct TransferPlaceDto {
    warehouse_id: WarehouseId,
    location_id: LocationId,
}

impl From<Spot> for TransferPlaceDto {
    fn from(spot: Spot) -> Self {
        Self { warehouse_id: spot.warehouse, location_id: spot.location }
    }
}

/// A transfer in a list: without its lines.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b",
    "from": {
        "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f",
        "location_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f",
    },
    "to": {
        "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
        "location_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
    },
    "status": "in_transit", "reference": "van 3", "shipped_at": "2026-02-03T10:00:00Z", "completed_at": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T10:00:00Z",
}))]
pub struct TransferSummaryDto {
    id: TransferId,
    from: TransferPlaceDto,
    to: TransferPlaceDto,
    status: TransferStatusDto,
    #[schema(required)]
    reference: Option<String>,
    #[schema(required)]
    shipped_at: Option<DateTime<Utc>>,
    /// Since when nothing is on its way any more
    #[schema(required)]
    completed_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Transfer> for TransferSummaryDto {
    fn from(transfer: &Transfer) -> Self {
        Self {
            id: transfer.id,
            from: transfer.from.into(),
            to: transfer.to.into(),
            status: transfer.status.into(),
            reference: transfer.reference.clone(),
            shipped_at: transfer.shipped_at,
            completed_at: transfer.completed_at,
            created_at: transfer.created_at,
            updated_at: transfer.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b",
    "from": {
        "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f",
        "location_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f",
    },
    "to": {
        "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
        "location_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
    },
    "status": "in_transit", "reference": "van 3", "shipped_at": "2026-02-03T10:00:00Z", "completed_at": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T10:00:00Z",
    "lines": [{
        "line": 1, "item_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f7a", "lot_id": null, "quantity": "24",
        "entered_quantity": "2", "entered_unit": "DZN", "entered_rounding": null, "received": "12", "lost": "0",
        "on_its_way": "12",
    }],
}))]
pub struct TransferDto {
    #[serde(flatten)]
    summary: TransferSummaryDto,
    lines: Vec<TransferLineDto>,
}

#[derive(Serialize, ToSchema)]
pub struct TransferLineDto {
    /// From 1
    line: i64,
    item_id: ItemId,
    #[schema(required)]
    lot_id: Option<LotId>,
    /// In the item's unit
    quantity: Quantity,
    /// As it was entered, where that was in another unit
    #[schema(required)]
    entered_quantity: Option<Quantity>,
    #[schema(required)]
    entered_unit: Option<String>,
    /// What rounding to the item's unit left out, in its millionths, as a fraction; `null` where nothing was rounded
    #[schema(required, example = "-27/125")]
    entered_rounding: Option<String>,
    received: Quantity,
    lost: Quantity,
    /// What has left and has neither come nor is lost
    on_its_way: Quantity,
}

impl From<&TransferDetail> for TransferDto {
    fn from(detail: &TransferDetail) -> Self {
        let has_left = detail.transfer.status == TransferStatus::InTransit;
        let line = |line: &TransferLine| TransferLineDto {
            line: line.line,
            item_id: line.item,
            lot_id: line.lot,
            quantity: line.quantity,
            entered_quantity: line.entered.as_ref().map(|entered| entered.quantity),
            entered_unit: line.entered.as_ref().map(|entered| entered.unit.clone()),
            entered_rounding: line.entered.as_ref().and_then(|entered| entered.rounding.clone()),
            received: line.received,
            lost: line.lost,
            on_its_way: if has_left { line.left() } else { Quantity::ZERO },
        };
        Self { summary: (&detail.transfer).into(), lines: detail.lines.iter().map(line).collect() }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "from": {"warehouse_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f"},
    "to": {"location_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a"},
    "lines": [{"item_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f7a", "quantity": "2", "unit": "DZN"}],
    "reference": "van 3",
}))]
pub struct CreateTransferDto {
    /// The caller's own, if it has one
    id: Option<TransferId>,
    from: NamedPlaceDto,
    to: NamedPlaceDto,
    #[schema(min_items = 1, max_items = 200)]
    lines: Vec<NewTransferLineDto>,
    /// The tenant's own
    #[schema(max_length = 200)]
    reference: Option<String>,
    /// Whether it is done with at once; within one warehouse alone
    #[serde(default)]
    immediate: bool,
}

/// A warehouse alone stands for its floor, nothing for the floor of the main one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedPlaceDto {
    warehouse_id: Option<WarehouseId>,
    location_id: Option<LocationId>,
}

impl From<NamedPlaceDto> for NamedPlace {
    fn from(dto: NamedPlaceDto) -> Self {
        Self { warehouse: dto.warehouse_id, location: dto.location_id }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTransferLineDto {
    item_id: ItemId,
    /// More than 0
    quantity: Quantity,
    /// Of the quantity; the item's own when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
    /// The lot or serial number of a tracked item
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    lot: Option<String>,
}

impl From<NewTransferLineDto> for NewLine {
    fn from(dto: NewTransferLineDto) -> Self {
        let NewTransferLineDto { item_id, quantity, unit, lot } = dto;
        Self { item: item_id, quantity, unit, lot }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "lines": [{"line": 1, "quantity": "1", "unit": "DZN"}], "reference": "van 3" }))]
pub struct TransferReceiptDto {
    /// All that is on its way when left out
    #[serde(default)]
    #[schema(max_items = 200)]
    lines: Vec<SettledLineDto>,
    /// Another of the warehouse than the transfer's
    location_id: Option<LocationId>,
    /// When it came; now when left out
    happened_at: Option<DateTime<Utc>>,
    /// The transfer's own when left out
    #[schema(max_length = 200)]
    reference: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "lines": [{"line": 1, "quantity": "3"}], "reason": "Broken on the way" }))]
pub struct TransferLossDto {
    /// All that is on its way when left out
    #[serde(default)]
    #[schema(max_items = 200)]
    lines: Vec<SettledLineDto>,
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    reason: String,
    /// When it was lost; now when left out
    happened_at: Option<DateTime<Utc>>,
    /// The transfer's own when left out
    #[schema(max_length = 200)]
    reference: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettledLineDto {
    /// From 1
    line: i64,
    /// More than 0
    quantity: Quantity,
    /// Of the quantity; the item's own when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
}

fn settled(lines: Vec<SettledLineDto>) -> Vec<SettledLine> {
    let line = |dto: SettledLineDto| SettledLine { line: dto.line, quantity: dto.quantity, unit: dto.unit };
    lines.into_iter().map(line).collect()
}

#[derive(Deserialize, IntoParams)]
pub struct TransferParams {
    /// Those in this state
    #[param(inline)]
    status: Option<TransferStatusDto>,
    /// Those from this warehouse
    from_warehouse_id: Option<WarehouseId>,
    /// Those to this warehouse
    to_warehouse_id: Option<WarehouseId>,
}

/// Asks for a transfer
///
/// What is promised at a warehouse stays there. Within one warehouse, `immediate` moves it at once.
#[utoipa::path(post, path = "/transfers", responses((status = 201, body = TransferDto)))]
pub async fn create_transfer(app: State<App>, caller: Caller, body: Body<CreateTransferDto>) -> Answer {
    let CreateTransferDto { id, from, to, lines, reference, immediate } = body.into_inner();
    let lines = lines.into_iter().map(NewLine::from).collect();
    let command = CreateTransfer { id, from: from.into(), to: to.into(), lines, reference, immediate };
    respond(
        &caller,
        async |ctx| create_transfer::create_transfer(&app, ctx, command).await,
        |detail: &TransferDetail| {
            let location = format!("/api/v1/inventory/transfers/{}", detail.transfer.id);
            Rendered::created(location, &TransferDto::from(detail)).etag(detail.transfer.version)
        },
    )
    .await
}

/// Lists transfers
#[utoipa::path(get, path = "/transfers", responses((status = 200, body = Listing<TransferSummaryDto>)))]
pub async fn list_transfers(
    app: State<App>,
    caller: Caller,
    query: Query<TransferParams>,
    page: PageQuery,
) -> Answer {
    let filter = TransferFilter {
        status: query.status.map(TransferStatus::from),
        from_warehouse: query.from_warehouse_id,
        to_warehouse: query.to_warehouse_id,
    };
    let found = show_transfers::list_transfers(&app, &caller, &filter, page.request()).await?;
    Ok(page.render(found.map(|transfer| TransferSummaryDto::from(&transfer))))
}

/// Shows a transfer
#[utoipa::path(get, path = "/transfers/{id}", responses((status = 200, body = TransferDto)))]
pub async fn get_transfer(app: State<App>, caller: Caller, id: PathId<TransferKind>) -> Answer {
    Ok(rendered(&show_transfers::get_transfer(&app, &caller, id.id()).await?))
}

/// Ships a transfer
///
/// All of it leaves its place and is on its way to the other warehouse.
#[utoipa::path(post, path = "/transfers/{id}/ship", responses((status = 200, body = TransferDto)))]
pub async fn ship_transfer(app: State<App>, caller: Caller, id: PathId<TransferKind>) -> Answer {
    respond(&caller, async |ctx| ship_transfer::ship_transfer(&app, ctx, id.id()).await, rendered).await
}

/// Receives what has come of a transfer
///
/// As often as something comes, until nothing is on its way any more.
#[utoipa::path(post, path = "/transfers/{id}/receipts", responses((status = 200, body = TransferDto)))]
pub async fn receive_transfer(
    app: State<App>,
    caller: Caller,
    id: PathId<TransferKind>,
    body: Body<TransferReceiptDto>,
) -> Answer {
    let TransferReceiptDto { lines, location_id, happened_at, reference } = body.into_inner();
    let what = What::Came { location: location_id };
    let command = SettleTransfer { transfer: id.id(), lines: settled(lines), what, happened_at, reference };
    respond(&caller, async |ctx| settle_transfer::settle_transfer(&app, ctx, command).await, rendered).await
}

/// Writes off what will never come of a transfer
#[utoipa::path(post, path = "/transfers/{id}/losses", responses((status = 200, body = TransferDto)))]
pub async fn lose_transfer(
    app: State<App>,
    caller: Caller,
    id: PathId<TransferKind>,
    body: Body<TransferLossDto>,
) -> Answer {
    let TransferLossDto { lines, reason, happened_at, reference } = body.into_inner();
    let what = What::IsLost { reason };
    let command = SettleTransfer { transfer: id.id(), lines: settled(lines), what, happened_at, reference };
    respond(&caller, async |ctx| settle_transfer::settle_transfer(&app, ctx, command).await, rendered).await
}

/// Cancels a transfer of which nothing has left
#[utoipa::path(post, path = "/transfers/{id}/cancel", responses((status = 200, body = TransferDto)))]
pub async fn cancel_transfer(app: State<App>, caller: Caller, id: PathId<TransferKind>) -> Answer {
    respond(&caller, async |ctx| cancel_transfer::cancel_transfer(&app, ctx, id.id()).await, rendered).await
}

fn rendered(detail: &TransferDetail) -> Rendered {
    Rendered::ok(&TransferDto::from(detail)).etag(detail.transfer.version)
}
