//! The rows of the reports on stock, page by page: what moved, what expires and what is where.

use crate::App;
use crate::domain::ledger::WarehouseLevel;
use crate::error::Error;
use crate::service::ledger::stock_now::Now;
use crate::store::valuation::{self, ExpiryRow, MovementRow, PAGE_ROWS, StockRow};
use chrono::{DateTime, NaiveDate, Utc};
use inventory_contract::ItemId;
use kernel::{Ctx, Quantity};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

pub struct Rows<T> {
    pub rows: Vec<T>,
    /// Where to go on.
    pub next: Option<String>,
}

impl<T> Rows<T> {
    pub fn of<P: Serialize>(rows: Vec<T>, place: impl Fn(&T) -> P) -> Result<Self, data::Error> {
        let full = rows.len() >= PAGE_ROWS;
        let next = rows.last().filter(|_| full).map(|row| serde_json::to_string(&place(row)));
        Ok(Self { next: next.transpose().map_err(data::Error::internal)?, rows })
    }
}

/// Where the page before ended; none for the first.
pub fn place<P: DeserializeOwned>(cursor: Option<&str>, first: P) -> Result<P, data::Error> {
    cursor.map_or(Ok(first), |cursor| serde_json::from_str(cursor).map_err(|_| data::Error::Cursor))
}

/// Recorded from then on, and before `until`.
pub async fn read_movements(
    app: &App,
    ctx: &Ctx,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    cursor: Option<&str>,
) -> Result<Rows<MovementRow>, Error> {
    let tx = app.databases.read(ctx).await?;
    let after = place(cursor, (from, Uuid::nil()))?;
    let rows = valuation::movements(&tx, after, until).await?;
    Ok(Rows::of(rows, |row| (row.created_at, row.public_id))?)
}

pub async fn read_expiry(
    app: &App,
    ctx: &Ctx,
    until: NaiveDate,
    cursor: Option<&str>,
) -> Result<Rows<ExpiryRow>, Error> {
    let tx = app.databases.read(ctx).await?;
    let after = place(cursor, (NaiveDate::default(), 0, 0))?;
    let rows = valuation::expiry(&tx, until, after).await?;
    Ok(Rows::of(rows, |row| (row.expires_on, row.lot_row, row.bin_row))?)
}

pub struct StockNow {
    pub row: StockRow,
    /// Without what is promised beyond its time.
    pub level: WarehouseLevel,
    pub expired: Quantity,
}

pub async fn read_stock(app: &App, ctx: &Ctx, cursor: Option<&str>) -> Result<Rows<StockNow>, Error> {
    let tx = app.databases.read(ctx).await?;
    let (sku, warehouse): (String, String) = place(cursor, Default::default())?;
    let rows = valuation::stock(&tx, &sku, &warehouse).await?;
    let items: Vec<ItemId> = rows.iter().map(|row| row.item_id).collect();
    let now = Now::read(&tx, ctx, &items).await?;
    let Rows { rows, next } = Rows::of(rows, |row| (row.sku.clone(), row.warehouse.clone()))?;
    let rows = rows.into_iter().map(|row| {
        let (level, expired) = now.of(row.item_id, row.warehouse_id, row.level());
        StockNow { row, level, expired }
    });
    Ok(Rows { rows: rows.collect(), next })
}
