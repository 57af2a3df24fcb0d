//! A sale: a line that another system sold, as an import brought it. It is history, and promises nothing; a sales order
//! does that. Nobody changes one. What came back or was cancelled is a line of its own, below 0.

use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, SaleId, WarehouseId};
use kernel::{Money, Quantity};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub const MAX_DOCUMENT: usize = 200;
pub const MAX_CUSTOMER: usize = 200;

/// Checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleFields {
    /// The number of the invoice or receipt that it is a line of.
    pub document: String,
    pub item: ItemId,
    /// Of the item's unit, below 0 where it was taken back.
    pub quantity: Quantity,
    pub sold_at: DateTime<Utc>,
    pub unit_price: Option<Money>,
    pub customer: Option<String>,
    /// Which the goods left; none where it is history alone.
    pub warehouse: Option<WarehouseId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    pub id: SaleId,
    pub fields: SaleFields,
    pub import: Uuid,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}
