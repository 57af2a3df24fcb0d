//! `/stock-levels`, `/bins` and `/lots`: where stock is, and of which lot.

use crate::App;
use crate::domain::lot::Lot;
use crate::service::ledger::list_stock::{self, StockAtLocation, StockAtWarehouse};
use crate::service::ledger::lots;
use crate::store::bin::BinFilter;
use crate::store::warehouse_level::LevelFilter;
use chrono::{DateTime, NaiveDate, Utc};
use inventory_contract::{ItemId, LocationId, LotId, LotKind, WarehouseId};
use kernel::Quantity;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{
    Answer, Body, Caller, IfMatch, Listing, PageQuery, PathId, Query, Rendered, State, nullable, respond,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f70", "on_hand": "39", "blocked": "4", "expired": "0",
    "reserved": "5", "available": "30",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct StockLevelDto {
    id: Uuid,
    item_id: ItemId,
    warehouse_id: WarehouseId,
    /// The sum of its movements there
    on_hand: Quantity,
    /// Of that, in quarantine or on its way
    blocked: Quantity,
    /// Of that, in storage and past its last day
    expired: Quantity,
    /// Held by active reservations
    reserved: Quantity,
    available: Quantity,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<StockAtWarehouse> for StockLevelDto {
    fn from(stock: StockAtWarehouse) -> Self {
        let StockAtWarehouse { level, expired, .. } = stock;
        let available = level.available().millionths() - expired.millionths();
        Self {
            id: stock.id,
            item_id: stock.item,
            warehouse_id: stock.warehouse,
            on_hand: level.on_hand,
            blocked: level.blocked,
            expired,
            reserved: level.reserved,
            available: Quantity::from_millionths(available),
            created_at: stock.created_at,
            updated_at: stock.updated_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct StockLevelParams {
    /// Levels of this item
    item_id: Option<ItemId>,
    /// Levels at this warehouse
    warehouse_id: Option<WarehouseId>,
}

/// Lists stock by item and warehouse
#[utoipa::path(get, path = "/stock-levels", responses((status = 200, body = Listing<StockLevelDto>)))]
pub async fn list_stock_levels(
    app: State<App>,
    caller: Caller,
    query: Query<StockLevelParams>,
    page: PageQuery,
) -> Answer {
    let filter = LevelFilter { item: query.item_id, warehouse: query.warehouse_id };
    let found = list_stock::list_stock_levels(&app, &caller, &filter, page.request()).await?;
    Ok(page.render(found.map(StockLevelDto::from)))
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f70",
    "location_id": "0190a5c8-7d3e-7a61-8f2b-3c4d5e6f7081", "lot_id": null, "on_hand": "39",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct BinDto {
    id: Uuid,
    item_id: ItemId,
    warehouse_id: WarehouseId,
    location_id: LocationId,
    #[schema(required)]
    lot_id: Option<LotId>,
    on_hand: Quantity,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<StockAtLocation> for BinDto {
    fn from(stock: StockAtLocation) -> Self {
        Self {
            id: stock.id,
            item_id: stock.item,
            warehouse_id: stock.warehouse,
            location_id: stock.location,
            lot_id: stock.lot,
            on_hand: stock.on_hand,
            created_at: stock.created_at,
            updated_at: stock.updated_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct BinParams {
    /// Where this item lies
    item_id: Option<ItemId>,
    /// What lies at this location
    location_id: Option<LocationId>,
    /// Where this lot lies
    lot_id: Option<LotId>,
}

/// Lists stock by location and lot
///
/// A lot that has left a location is not listed there any more.
#[utoipa::path(get, path = "/bins", responses((status = 200, body = Listing<BinDto>)))]
pub async fn list_bins(app: State<App>, caller: Caller, query: Query<BinParams>, page: PageQuery) -> Answer {
    let filter = BinFilter { item: query.item_id, location: query.location_id, lot: query.lot_id };
    let found = list_stock::list_bins(&app, &caller, &filter, page.request()).await?;
    Ok(page.render(found.map(BinDto::from)))
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "code": "L-2206", "expires_on": "2026-12-31",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct LotDto {
    id: LotId,
    item_id: ItemId,
    /// Of the lot, or the serial number
    code: String,
    /// The last day on which it may be used, in UTC
    #[schema(required)]
    expires_on: Option<NaiveDate>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Lot> for LotDto {
    fn from(lot: &Lot) -> Self {
        Self {
            id: lot.id,
            item_id: lot.item,
            code: lot.code.clone(),
            expires_on: lot.expires_on,
            created_at: lot.created_at,
            updated_at: lot.updated_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct LotParams {
    /// Lots of this item
    item_id: Option<ItemId>,
    /// Lots with this code
    code: Option<String>,
}

/// What is left out stays as it is; `null` empties it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "expires_on": "2027-01-31" }))]
pub struct PatchLotDto {
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<NaiveDate>)]
    expires_on: Option<Option<NaiveDate>>,
}

/// Lists lots and serial numbers
#[utoipa::path(get, path = "/lots", responses((status = 200, body = Listing<LotDto>)))]
pub async fn list_lots(app: State<App>, caller: Caller, query: Query<LotParams>, page: PageQuery) -> Answer {
    let code = query.code.as_deref();
    let found = lots::list_lots(&app, &caller, query.item_id, code, page.request()).await?;
    Ok(page.render(found.map(|lot| LotDto::from(&lot))))
}

/// Shows a lot
#[utoipa::path(get, path = "/lots/{id}", responses((status = 200, body = LotDto)))]
pub async fn get_lot(app: State<App>, caller: Caller, id: PathId<LotKind>) -> Answer {
    Ok(shown(&lots::get_lot(&app, &caller, id.id()).await?))
}

/// Gives a lot another last day
#[utoipa::path(patch, path = "/lots/{id}", responses((status = 200, body = LotDto)))]
pub async fn patch_lot(
    app: State<App>,
    caller: Caller,
    id: PathId<LotKind>,
    if_match: IfMatch,
    body: Body<PatchLotDto>,
) -> Answer {
    let expires_on = body.into_inner().expires_on;
    respond(
        &caller,
        async |ctx| lots::patch_lot(&app, ctx, id.id(), if_match.expected(), expires_on).await,
        shown,
    )
    .await
}

fn shown(lot: &Lot) -> Rendered {
    Rendered::ok(&LotDto::from(lot)).etag(lot.version)
}
