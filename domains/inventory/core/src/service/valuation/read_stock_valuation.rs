//! What the stock is worth, item by item in the order of the skus.

use crate::App;
use crate::error::Error;
use crate::store::valuation::{self, PAGE_ROWS, ValuationRow};
use kernel::Ctx;

pub struct ValuationPage {
    pub rows: Vec<ValuationRow>,
    /// The sku to go on after.
    pub next: Option<String>,
}

pub async fn read_stock_valuation(app: &App, ctx: &Ctx, after: Option<&str>) -> Result<ValuationPage, Error> {
    let tx = app.databases.read(ctx).await?;
    let rows = valuation::after(&tx, after.unwrap_or_default()).await?;
    let full = rows.len() >= PAGE_ROWS;
    let next = rows.last().filter(|_| full).map(|row| row.sku.clone());
    Ok(ValuationPage { rows, next })
}
