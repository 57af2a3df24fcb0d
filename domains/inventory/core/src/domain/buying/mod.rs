//! Purchase orders: what state one is in, what of a line may come and go back, and what that cost. A line is
//! in a unit of its own, and how much of the item's unit that is was settled when it was written. So what
//! comes in the line's unit adds up to the line, whatever each part was rounded to, and what the parts cost
//! adds up to what the line costs.

mod line;
mod status;
#[cfg(test)]
mod tests;

pub use line::{Line, NotReceived, OverReceipt};
pub use status::{NotNow, PurchaseStatus, Step};

use crate::domain::stock::{check_moved, check_unit_cost};
use crate::domain::text;
use chrono::{DateTime, NaiveDate, Utc};
use inventory_contract::{ItemId, PurchaseOrderId, SupplierId};
use kernel::reference::{check_external_id, check_metadata};
use kernel::{Faults, FieldError, Metadata, Money, Quantity};
use serde::{Deserialize, Serialize};

/// Of an order, and of a receipt or return.
pub const MAX_LINES: usize = 500;
pub const MAX_REFERENCE: usize = 200;
/// Low enough that twice as much fits, and so does any sum of what is booked for it.
pub const MAX_TOTAL_MINOR: i64 = 1_000_000_000_000_000_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseOrder {
    pub id: PurchaseOrderId,
    pub supplier: SupplierId,
    pub status: PurchaseStatus,
    pub fields: OrderFields,
    /// Of its lines, in the currency of all of them.
    pub total: Money,
    pub ordered_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseOrderDetail {
    pub order: PurchaseOrder,
    pub lines: Vec<Line>,
}

/// Checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFields {
    pub reference: Option<String>,
    pub expected_on: Option<NaiveDate>,
    /// By how much of each line more may come than was ordered.
    pub over_receipt_percent: i64,
    pub external_id: Option<String>,
    /// What an import decided upon before there was any has none.
    #[serde(default)]
    pub metadata: Metadata,
}

impl OrderFields {
    pub fn checked(self) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::new();
        let reference = self.reference.as_deref();
        let reference = text::optional_line(&mut faults, "/reference", reference, MAX_REFERENCE);
        let allowed = (0..=100).contains(&self.over_receipt_percent);
        faults.require(allowed, "/over_receipt_tolerance_percent", "out_of_range", "must be from 0 to 100");
        let external_id = check_external_id(&mut faults, "/external_id", self.external_id);
        check_metadata(&mut faults, "/metadata", &self.metadata);
        faults.finish(Self { reference, external_id, ..self })
    }
}

/// As somebody gave it.
#[derive(Clone, Debug)]
pub struct LineInput {
    pub item: ItemId,
    pub quantity: Quantity,
    /// The item's own where nothing is said.
    pub unit: Option<String>,
    /// Of one of that unit.
    pub unit_cost: Money,
}

/// What can be said of the lines before anybody looks their items up.
pub fn check_lines(faults: &mut Faults, lines: &[LineInput]) {
    let allowed = (1..=MAX_LINES).contains(&lines.len());
    faults.require(allowed, "/lines", "out_of_range", "must have from 1 to 500 lines");
    let currency = lines.first().map(|line| line.unit_cost.currency);
    for (at, line) in lines.iter().take(MAX_LINES).enumerate() {
        check_moved(faults, &format!("/lines/{at}/quantity"), line.quantity);
        check_unit_cost(faults, &format!("/lines/{at}/unit_cost/amount"), Some(line.unit_cost));
        let same = Some(line.unit_cost.currency) == currency;
        let pointer = format!("/lines/{at}/unit_cost/currency");
        faults.require(same, &pointer, "other_currency", "must be that of the other lines");
    }
}

/// What all of it costs; `None` when that is too much, or there is nothing.
pub fn total(lines: &[Line]) -> Option<Money> {
    let mut sum = Money::zero(lines.first()?.unit_cost.currency);
    for line in lines {
        sum = sum.checked_add(line.cost()?).ok()?;
    }
    (sum.amount_minor <= MAX_TOTAL_MINOR).then_some(sum)
}
