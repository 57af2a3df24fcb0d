//! What was sold of each item between two times, page by page.

use crate::App;
use crate::error::Error;
use crate::service::valuation::read_stock_report::{Rows, place};
use crate::store::sale::{SoldRow, sold};
use chrono::{DateTime, Utc};
use kernel::Ctx;
use uuid::Uuid;

/// Sold from then on, and before `until`.
pub async fn read_sales(
    app: &App,
    ctx: &Ctx,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    cursor: Option<&str>,
) -> Result<Rows<SoldRow>, Error> {
    let tx = app.databases.read(ctx).await?;
    let after = place(cursor, (String::new(), Uuid::nil(), String::new()))?;
    let rows = sold(&tx, (from, until), &after).await?;
    Ok(Rows::of(rows, |row| (row.sku.clone(), row.item_id, row.currency.clone()))?)
}
