//! The rows of reports, a page at a time, each page from where the one before it ended.

use crate::domain::cost::value_text;
use crate::domain::costing::Rate;
use crate::domain::ledger::WarehouseLevel;
use crate::store::value_entry::value;
use chrono::{DateTime, NaiveDate, Utc};
use data::{Tx, sql};
use inventory_contract::{ItemId, WarehouseId};
use kernel::{Currency, Money, Quantity};
use sea_orm::FromQueryResult;
use sea_orm::entity::prelude::Uuid;

/// As many as the queries' `LIMIT`.
pub const PAGE_ROWS: usize = 200;

#[derive(Debug, FromQueryResult)]
pub struct ValuationRow {
    pub public_id: Uuid,
    pub created_at: DateTime<Utc>,
    pub sku: String,
    pub name: String,
    pub on_hand: Quantity,
    unit_cost_minor: Option<i64>,
    currency: Option<Currency>,
    value_currency: Option<Currency>,
    value_minor: Option<i64>,
    value_millionths: Option<i64>,
}

/// What an item costs and is worth, as decimal text.
#[derive(Debug, PartialEq, Eq)]
pub struct Worth {
    pub unit_cost: Option<String>,
    pub currency: Option<Currency>,
    pub value: Option<String>,
}

impl ValuationRow {
    /// Of an item that is not valued, its stock times its cost; without a cost it has no value, which is not zero. Of
    /// one that was given no cost of its own, what its stock costs.
    pub fn worth(&self) -> Result<Worth, data::Error> {
        let own = self.unit_cost_minor.zip(self.currency);
        let own = own.map(|(amount_minor, currency)| Money::new(amount_minor, currency));
        let (Some(minor), Some(millionths), Some(currency)) =
            (self.value_minor, self.value_millionths, self.value_currency)
        else {
            let value = own.map(|cost| value_text(cost, self.on_hand));
            return Ok(Worth {
                unit_cost: own.map(Money::to_decimal),
                currency: own.map(|cost| cost.currency),
                value,
            });
        };
        let value = value(minor, millionths)?;
        let unit_cost = own.or_else(|| Rate { value, quantity: self.on_hand }.per_one(currency));
        let value = Some(Money::new(value.minor(), currency).to_decimal());
        Ok(Worth { unit_cost: unit_cost.map(Money::to_decimal), currency: Some(currency), value })
    }
}

/// The items that were there at that instant, after this one, with what was recorded of them by then. What cost an item was
/// given is known of now alone.
pub async fn after(
    tx: &Tx,
    (sku, created_at, id): &(String, DateTime<Utc>, Uuid),
    as_of: DateTime<Utc>,
    own_costs: bool,
) -> Result<Vec<ValuationRow>, data::Error> {
    let rows = tx.sql(sql!(
        "SELECT i.public_id, i.created_at, i.sku, i.name, e.currency AS value_currency, \
         e.stock_minor AS value_minor, e.stock_millionths AS value_millionths, \
         CASE WHEN $6 = 1 THEN i.unit_cost_minor END AS unit_cost_minor, \
         CASE WHEN $6 = 1 THEN i.currency END AS currency, \
         CAST(COALESCE(e.stock_quantity, (SELECT SUM(m.quantity) FROM movements m \
         WHERE m.tenant_id = i.tenant_id AND m.item_id = i.public_id AND m.created_at <= $5), 0) AS BIGINT) \
         AS on_hand FROM items i \
         LEFT JOIN value_entries e ON e.tenant_id = i.tenant_id AND e.id = (SELECT l.id FROM value_entries l \
         WHERE l.tenant_id = i.tenant_id AND l.item_id = i.public_id AND l.recorded_at <= $5 \
         ORDER BY l.recorded_at DESC, l.sequence DESC LIMIT 1) \
         WHERE i.tenant_id = $1 AND i.created_at <= $5 AND (i.deleted_at IS NULL OR i.deleted_at > $5) \
         AND i.sku >= $2 AND (i.sku, i.created_at, i.public_id) > ($2, $3, $4) \
         ORDER BY i.sku, i.created_at, i.public_id LIMIT 200"
    ));
    let rows = rows.bind(sku.as_str()).bind(*created_at).bind(*id);
    rows.bind(as_of).bind(i64::from(own_costs)).all().await
}

#[derive(Debug, FromQueryResult)]
pub struct MovementRow {
    pub public_id: Uuid,
    pub created_at: DateTime<Utc>,
    pub happened_at: DateTime<Utc>,
    pub sku: String,
    pub name: String,
    pub unit: String,
    pub kind: String,
    pub quantity: Quantity,
    pub warehouse: String,
    pub location: String,
    pub lot: Option<String>,
    pub reference: Option<String>,
    pub reason: Option<String>,
    currency: Option<Currency>,
    value_minor: Option<i64>,
    value_millionths: Option<i64>,
}

impl MovementRow {
    /// By how much it changed what the stock is worth.
    pub fn value(&self) -> Result<Option<Money>, data::Error> {
        let (Some(minor), Some(millionths), Some(currency)) =
            (self.value_minor, self.value_millionths, self.currency)
        else {
            return Ok(None);
        };
        Ok(Some(Money::new(value(minor, millionths)?.minor(), currency)))
    }
}

/// Recorded after the one at this place, and before `until`.
pub async fn movements(
    tx: &Tx,
    (recorded_at, id): (DateTime<Utc>, Uuid),
    until: DateTime<Utc>,
) -> Result<Vec<MovementRow>, data::Error> {
    let rows = tx.sql(sql!(
        "SELECT m.public_id, m.created_at, m.happened_at, i.sku, i.name, i.unit, m.kind, m.quantity, \
         w.code AS warehouse, p.code AS location, l.code AS lot, m.reference, m.reason, v.currency, \
         (SELECT CAST(SUM(e.value_minor) AS BIGINT) FROM value_entries e \
          WHERE e.tenant_id = m.tenant_id AND e.movement_id = m.public_id) AS value_minor, \
         (SELECT CAST(SUM(e.value_millionths) AS BIGINT) FROM value_entries e \
          WHERE e.tenant_id = m.tenant_id AND e.movement_id = m.public_id) AS value_millionths \
         FROM movements m \
         JOIN items i ON i.tenant_id = m.tenant_id AND i.public_id = m.item_id \
         JOIN warehouses w ON w.tenant_id = m.tenant_id AND w.public_id = m.warehouse_id \
         JOIN locations p ON p.tenant_id = m.tenant_id AND p.public_id = m.location_id \
         LEFT JOIN lots l ON l.tenant_id = m.tenant_id AND l.public_id = m.lot_id \
         LEFT JOIN item_values v ON v.tenant_id = m.tenant_id AND v.item_id = m.item_id \
         WHERE m.tenant_id = $1 AND m.created_at >= $2 AND (m.created_at, m.public_id) > ($2, $3) \
         AND m.created_at < $4 ORDER BY m.created_at, m.public_id LIMIT 200"
    ));
    rows.bind(recorded_at).bind(id).bind(until).all().await
}

#[derive(Debug, FromQueryResult)]
pub struct ExpiryRow {
    pub lot_row: i64,
    pub bin_row: i64,
    pub expires_on: NaiveDate,
    pub sku: String,
    pub name: String,
    pub unit: String,
    pub lot: String,
    pub warehouse: String,
    pub location: String,
    pub on_hand: Quantity,
}

/// What lies where of lots with a last day, by that day, up to `until`.
pub async fn expiry(
    tx: &Tx,
    until: NaiveDate,
    (expires_on, lot_row, bin_row): (NaiveDate, i64, i64),
) -> Result<Vec<ExpiryRow>, data::Error> {
    let rows = tx.sql(sql!(
        "SELECT l.id AS lot_row, b.id AS bin_row, l.expires_on, i.sku, i.name, i.unit, l.code AS lot, \
         w.code AS warehouse, p.code AS location, b.on_hand FROM lots l \
         JOIN bins b ON b.tenant_id = l.tenant_id AND b.lot_id = l.public_id \
         JOIN items i ON i.tenant_id = l.tenant_id AND i.public_id = l.item_id \
         JOIN warehouses w ON w.tenant_id = b.tenant_id AND w.public_id = b.warehouse_id \
         JOIN locations p ON p.tenant_id = b.tenant_id AND p.public_id = b.location_id \
         WHERE l.tenant_id = $1 AND l.expires_on IS NOT NULL AND l.expires_on <= $2 AND l.expires_on >= $3 \
         AND (l.expires_on, l.id, b.id) > ($3, $4, $5) AND b.on_hand <> 0 \
         ORDER BY l.expires_on, l.id, b.id LIMIT 200"
    ));
    rows.bind(until).bind(expires_on).bind(lot_row).bind(bin_row).all().await
}

#[derive(Debug, FromQueryResult)]
pub struct StockRow {
    pub item_id: ItemId,
    pub warehouse_id: WarehouseId,
    pub sku: String,
    pub name: String,
    pub unit: String,
    pub warehouse: String,
    on_hand: Quantity,
    blocked: Quantity,
    reserved: Quantity,
}

impl StockRow {
    pub fn level(&self) -> WarehouseLevel {
        WarehouseLevel { on_hand: self.on_hand, blocked: self.blocked, reserved: self.reserved }
    }
}

/// What is at each warehouse of the items after this sku, and of that item at the warehouses after this code.
pub async fn stock(tx: &Tx, sku: &str, warehouse: &str) -> Result<Vec<StockRow>, data::Error> {
    let rows = tx.sql(sql!(
        "SELECT i.public_id AS item_id, w.public_id AS warehouse_id, i.sku, i.name, i.unit, w.code AS warehouse, \
         l.on_hand, l.blocked, l.reserved FROM items i \
         JOIN warehouse_levels l ON l.tenant_id = i.tenant_id AND l.item_id = i.public_id \
         JOIN warehouses w ON w.tenant_id = l.tenant_id AND w.public_id = l.warehouse_id \
         WHERE i.tenant_id = $1 AND i.deleted_at IS NULL AND w.deleted_at IS NULL AND i.sku >= $2 \
         AND (i.sku, w.code) > ($2, $3) ORDER BY i.sku, w.code LIMIT 200"
    ));
    rows.bind(sku).bind(warehouse).all().await
}
