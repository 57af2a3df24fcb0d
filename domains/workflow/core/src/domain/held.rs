//! What is held: an invoice of billing's or a count of inventory's, by which hold, and by how much it is over.

use billing_contract::{HoldId, InvoiceId, InvoicePendingApproval};
use inventory_contract::{CountHeld, CountHoldId, CountId, Variance, WarehouseId};
use kernel::{Money, UserId};
use serde::Serialize;
use uuid::Uuid;
use workflow_contract::{DefinitionId, Subject};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "held", rename_all = "snake_case")]
pub enum Held {
    Invoice { invoice: InvoiceId, hold: HoldId, total: Money },
    Count { count: CountId, hold: CountHoldId, warehouse: WarehouseId, variance: Variance },
}

/// A hold as it is announced by the domain that has put it.
#[derive(Clone, Debug)]
pub struct Announced {
    pub held: Held,
    /// A definition and its hold rule have one id.
    pub definition: DefinitionId,
    pub title: String,
    pub requested_by: Option<UserId>,
}

impl Held {
    /// In the words of the domain it belongs to.
    pub fn subject(&self) -> Subject {
        let (kind, id) = match self {
            Self::Invoice { invoice, .. } => ("invoice", invoice.uuid()),
            Self::Count { count, .. } => ("count", count.uuid()),
        };
        Subject { kind: kind.to_owned(), id }
    }

    pub fn hold(&self) -> Uuid {
        match self {
            Self::Invoice { hold, .. } => hold.uuid(),
            Self::Count { hold, .. } => hold.uuid(),
        }
    }

    /// Of an invoice alone.
    pub fn total(&self) -> Option<Money> {
        match self {
            Self::Invoice { total, .. } => Some(*total),
            Self::Count { .. } => None,
        }
    }

    /// How long the reason of a rejection may be where it is told.
    pub fn max_reason_characters(&self) -> usize {
        match self {
            Self::Invoice { .. } => billing_contract::MAX_REASON_CHARACTERS,
            Self::Count { .. } => inventory_contract::MAX_REASON_CHARACTERS,
        }
    }
}

impl From<InvoicePendingApproval> for Announced {
    fn from(event: InvoicePendingApproval) -> Self {
        let InvoicePendingApproval { invoice, rule, hold, total, customer_name, requested_by } = event;
        Self {
            held: Held::Invoice { invoice, hold, total },
            definition: DefinitionId::from_uuid(rule.uuid()),
            title: format!("Invoice of {total} to {customer_name}"),
            requested_by,
        }
    }
}

impl From<CountHeld> for Announced {
    fn from(event: CountHeld) -> Self {
        let CountHeld { count, rule, hold, variance, warehouse, warehouse_name, requested_by, .. } = event;
        let off = match variance {
            Variance::Quantity(quantity) => format!("{quantity} of one item"),
            Variance::Value(value) => value.to_string(),
        };
        Self {
            held: Held::Count { count, hold, warehouse, variance },
            definition: DefinitionId::from_uuid(rule.uuid()),
            title: format!("Count of {warehouse_name}, off by {off}"),
            requested_by,
        }
    }
}
