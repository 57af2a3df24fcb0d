//! The rows of the stock valuation, a page at a time in the order of the skus.

use data::{Tx, sql};
use kernel::{Currency, Money, Quantity};
use sea_orm::FromQueryResult;

/// As many as the query's `LIMIT`.
pub const PAGE_ROWS: usize = 200;

#[derive(Debug, FromQueryResult)]
pub struct ValuationRow {
    pub sku: String,
    pub name: String,
    pub unit_cost_minor: Option<i64>,
    pub currency: Option<Currency>,
    pub on_hand: Quantity,
}

impl ValuationRow {
    pub fn unit_cost(&self) -> Option<Money> {
        let cost = self.unit_cost_minor.zip(self.currency);
        cost.map(|(amount_minor, currency)| Money::new(amount_minor, currency))
    }
}

/// The items whose sku comes after this one; the empty text is before all.
pub async fn after(tx: &Tx, sku: &str) -> Result<Vec<ValuationRow>, data::Error> {
    let rows = tx.sql(sql!(
        "SELECT i.sku, i.name, i.unit_cost_minor, i.currency, l.on_hand \
         FROM items i JOIN stock_levels l ON l.tenant_id = i.tenant_id AND l.item_id = i.public_id \
         WHERE i.tenant_id = $1 AND i.deleted_at IS NULL AND i.sku > $2 ORDER BY i.sku LIMIT 200"
    ));
    rows.bind(sku).all().await
}
