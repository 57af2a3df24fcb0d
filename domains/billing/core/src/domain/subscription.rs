//! Who pays a recurring price, since when, and for which period now.

use super::named::Named;
use super::period::Period;
use billing_contract::{CustomerId, PriceId, SubscriptionId};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::Quantity;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub customer: CustomerId,
    pub price: PriceId,
    pub quantity: Quantity,
    pub status: SubscriptionStatus,
    pub started_on: NaiveDate,
    /// The period it was in when it was last looked at for an invoice.
    pub period: Period,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionStatus {
    Active,
    Canceled,
}

impl Named for SubscriptionStatus {
    const NAMES: &'static [(Self, &'static str)] = &[(Self::Active, "active"), (Self::Canceled, "canceled")];
}
