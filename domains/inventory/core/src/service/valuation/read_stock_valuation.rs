//! What the stock is worth, item by item in the order of the skus, at one instant on all pages.

use crate::App;
use crate::error::Error;
use crate::service::valuation::read_stock_report::{Rows, place};
use crate::store::valuation::{self, ValuationRow};
use chrono::{DateTime, Utc};
use kernel::Ctx;
use uuid::Uuid;

/// As it was recorded by then, or else when the first page was read.
pub async fn read_stock_valuation(
    app: &App,
    ctx: &Ctx,
    as_of: Option<DateTime<Utc>>,
    cursor: Option<&str>,
) -> Result<Rows<ValuationRow>, Error> {
    let tx = app.databases.read(ctx).await?;
    let before_all = (String::new(), DateTime::UNIX_EPOCH, Uuid::nil());
    let (begun, after) = place(cursor, (ctx.now(), before_all))?;
    let own_costs = as_of.is_none();
    let rows = valuation::after(&tx, &after, as_of.unwrap_or(begun), own_costs).await?;
    Ok(Rows::of(rows, |row| (begun, (row.sku.clone(), row.created_at, row.public_id)))?)
}
