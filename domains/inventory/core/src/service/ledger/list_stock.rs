//! Where stock is: by warehouse, and by location and lot.

use crate::App;
use crate::domain::ledger::WarehouseLevel;
use crate::error::Error;
use crate::service::ledger::stock_now::Now;
use crate::store;
use crate::store::bin::BinFilter;
use crate::store::warehouse_level::LevelFilter;
use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, LocationId, LotId, WarehouseId};
use kernel::{Ctx, Page, PageRequest, Quantity};
use uuid::Uuid;

pub struct StockAtWarehouse {
    pub id: Uuid,
    pub item: ItemId,
    pub warehouse: WarehouseId,
    pub level: WarehouseLevel,
    /// Past its last day, so promised to nobody.
    pub expired: Quantity,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub async fn list_stock_levels(
    app: &App,
    ctx: &Ctx,
    filter: &LevelFilter,
    request: &PageRequest,
) -> Result<Page<StockAtWarehouse>, Error> {
    let tx = app.databases.read(ctx).await?;
    let page = store::warehouse_level::page(&tx, filter, request).await?;
    let items: Vec<ItemId> = page.data.iter().map(|row| row.item_id).collect();
    let now = Now::read(&tx, ctx, &items).await?;
    Ok(page.map(|row| {
        let (level, expired) = now.of(row.item_id, row.warehouse_id, WarehouseLevel::from(&row));
        StockAtWarehouse {
            id: row.public_id,
            item: row.item_id,
            warehouse: row.warehouse_id,
            level,
            expired,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }))
}

pub struct StockAtLocation {
    pub id: Uuid,
    pub item: ItemId,
    pub warehouse: WarehouseId,
    pub location: LocationId,
    pub lot: Option<LotId>,
    pub on_hand: Quantity,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub async fn list_bins(
    app: &App,
    ctx: &Ctx,
    filter: &BinFilter,
    request: &PageRequest,
) -> Result<Page<StockAtLocation>, Error> {
    let tx = app.databases.read(ctx).await?;
    let page = store::bin::page(&tx, filter, request).await?;
    Ok(page.map(|row| StockAtLocation {
        id: row.public_id,
        item: row.item_id,
        warehouse: row.warehouse_id,
        location: row.location_id,
        lot: row.lot_id,
        on_hand: row.on_hand,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}
