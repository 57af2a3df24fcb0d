//! What is sold and for how much. A price never changes: another price is another row.

use super::named::Named;
use billing_contract::{PriceId, ProductId};
use chrono::{DateTime, Utc};
use kernel::{Faults, FieldError, Money};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub id: ProductId,
    pub fields: ProductFields,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductFields {
    pub name: String,
    pub description: Option<String>,
    /// Only what is active can be sold.
    pub active: bool,
}

impl ProductFields {
    pub fn checked(self) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::new();
        let name = faults.text("/name", &self.name, 200);
        let description = self.description.map(|text| faults.text("/description", &text, 2000));
        faults.finish(Self { name, description, active: self.active })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    pub id: PriceId,
    pub product: ProductId,
    pub unit_amount: Money,
    pub interval: Interval,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A price with what an invoice or a subscription needs to know of its product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub price: Price,
    pub product_name: String,
    pub product_active: bool,
}

/// For whoever names the price of a product that is not active.
pub const NOT_SOLD: &str = "the product is not sold any more";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    Month,
    Year,
    OneTime,
}

impl Named for Interval {
    const NAMES: &'static [(Self, &'static str)] =
        &[(Self::Month, "month"), (Self::Year, "year"), (Self::OneTime, "one_time")];
}

pub fn check_unit_amount(faults: &mut Faults, pointer: &str, amount: Money) {
    faults.require(amount.amount_minor >= 0, pointer, "negative", "must not be negative");
}
