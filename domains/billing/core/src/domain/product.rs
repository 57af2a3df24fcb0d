//! What is sold and for how much. A price never changes: another price is another row.

use super::named::Named;
use billing_contract::{PriceId, ProductId};
use chrono::{DateTime, Utc};
use kernel::reference::{check_external_id, check_metadata, patch_metadata};
use kernel::search::search_text;
use kernel::{Faults, FieldError, Metadata, MetadataPatch, Money};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    pub id: ProductId,
    pub fields: ProductFields,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductFields {
    pub name: String,
    pub description: Option<String>,
    /// Only what is active can be sold.
    pub active: bool,
    pub external_id: Option<String>,
    pub metadata: Metadata,
}

/// A merge patch: absent is `None`, `null` is `Some(None)`.
#[derive(Clone, Debug, Default)]
pub struct ProductPatch {
    pub name: Option<Option<String>>,
    pub description: Option<Option<String>>,
    pub active: Option<Option<bool>>,
    pub external_id: Option<Option<String>>,
    pub metadata: Option<Option<MetadataPatch>>,
}

impl ProductFields {
    pub fn checked(self) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::new();
        let name = faults.text("/name", &self.name, 200);
        let description = self.description.map(|text| faults.prose("/description", &text, 2000));
        let external_id = check_external_id(&mut faults, "/external_id", self.external_id);
        check_metadata(&mut faults, "/metadata", &self.metadata);
        faults.finish(Self { name, description, active: self.active, external_id, metadata: self.metadata })
    }

    pub fn patched(&self, patch: ProductPatch) -> Result<Self, Vec<FieldError>> {
        let fields = Self {
            name: patch.name.map_or_else(|| self.name.clone(), Option::unwrap_or_default),
            description: patch.description.unwrap_or_else(|| self.description.clone()),
            // As when it is created without a word of it.
            active: patch.active.map_or(self.active, |active| active.unwrap_or(true)),
            external_id: patch.external_id.unwrap_or_else(|| self.external_id.clone()),
            metadata: patch_metadata(&self.metadata, patch.metadata),
        };
        fields.checked()
    }

    pub fn search_text(&self) -> String {
        search_text([Some(&*self.name), self.description.as_deref(), self.external_id.as_deref()])
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
