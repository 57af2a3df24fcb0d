//! What an item is, and the rules its fields keep, whether they come over HTTP or from a file.

use crate::domain::cost::Costing;
use crate::domain::family::{Options, Variant, check_variant, patch_variant};
use crate::domain::lot::Tracking;
use crate::domain::sku::Sku;
use crate::domain::stock::{self, Level};
use crate::domain::text;
use crate::domain::units::UnitName;
use chrono::{DateTime, Utc};
use inventory_contract::{FamilyId, ItemChanged, ItemCreated, ItemDeleted, ItemId, ItemRestored};
use kernel::reference::{check_external_id, check_metadata, patch_metadata};
use kernel::search::search_text;
use kernel::{Faults, FieldError, Metadata, MetadataPatch, Money, Quantity};
use serde::{Deserialize, Serialize};

/// What an item is counted in when nobody says otherwise.
pub const DEFAULT_UNIT: &str = "each";

pub const MAX_NAME: usize = 200;
pub const MAX_DESCRIPTION: usize = 4_000;
pub const MAX_CATEGORY: usize = 100;
pub const MAX_UNIT: usize = 64;
pub const MAX_LEAD_TIME_DAYS: i64 = 3_650;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub id: ItemId,
    pub fields: ItemFields,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemFields {
    pub sku: Sku,
    pub name: String,
    pub description: Option<String>,
    pub category: Option<String>,
    pub unit: String,
    pub unit_cost: Option<Money>,
    pub tracking: Tracking,
    pub costing: Costing,
    pub may_be_negative: bool,
    pub reorder_level: Option<Quantity>,
    pub reorder_up_to: Option<Quantity>,
    pub lead_time_days: Option<i64>,
    pub variant: Option<Variant>,
    pub external_id: Option<String>,
    pub metadata: Metadata,
}

impl ItemFields {
    pub fn search_text(&self) -> String {
        search_text([
            Some(self.sku.as_str()),
            Some(&self.name),
            self.description.as_deref(),
            self.external_id.as_deref(),
        ])
    }

    /// What others are told of an item with these fields.
    pub fn created(&self, item: ItemId) -> ItemCreated {
        let (sku, name, unit) = self.told();
        ItemCreated { item, sku, name, unit }
    }

    pub fn changed(&self, item: ItemId) -> ItemChanged {
        let (sku, name, unit) = self.told();
        ItemChanged { item, sku, name, unit }
    }

    pub fn deleted(&self, item: ItemId) -> ItemDeleted {
        let (sku, name, unit) = self.told();
        ItemDeleted { item, sku, name, unit }
    }

    pub fn restored(&self, item: ItemId) -> ItemRestored {
        let (sku, name, unit) = self.told();
        ItemRestored { item, sku, name, unit }
    }

    fn told(&self) -> (String, String, String) {
        (self.sku.to_string(), self.name.clone(), self.unit.clone())
    }
}

/// What a movement must know of its item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moving {
    pub id: ItemId,
    pub sku: Sku,
    pub unit: String,
    pub tracking: Tracking,
    pub costing: Costing,
    pub unit_cost: Option<Money>,
}

/// What counts in the unit of an item beside its stock, and so holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitUse {
    PurchaseOrders,
    SalesOrders,
    Transfers,
    /// That are not over, where it was counted.
    Counts,
    /// Of other items, of which it is a part.
    Bills,
    /// That another system made.
    Sales,
}

impl UnitUse {
    const ALL: [Self; 6] =
        [Self::PurchaseOrders, Self::SalesOrders, Self::Transfers, Self::Counts, Self::Bills, Self::Sales];

    pub fn name(self) -> &'static str {
        match self {
            Self::PurchaseOrders => "purchase_orders",
            Self::SalesOrders => "sales_orders",
            Self::Transfers => "transfers",
            Self::Counts => "counts",
            Self::Bills => "bills",
            Self::Sales => "sales",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|used| used.name() == name)
    }

    pub fn in_words(self) -> &'static str {
        match self {
            Self::PurchaseOrders => "purchase orders",
            Self::SalesOrders => "sales orders",
            Self::Transfers => "transfers",
            Self::Counts => "counts that are not over",
            Self::Bills => "the components of other items",
            Self::Sales => "sales that were imported",
        }
    }

    /// For who wants another unit.
    pub fn advice(self) -> &'static str {
        match self {
            Self::PurchaseOrders | Self::SalesOrders | Self::Transfers => "make another item",
            Self::Counts => "submit or cancel them first",
            Self::Bills => "take it out of those first, or make another item",
            Self::Sales => "undo their import first, or make another item",
        }
    }
}

/// Odd, so that no two quantities come to the same, and with its bits all over.
const SPREAD: i64 = 0x1E37_79B9_7F4A_7C15;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockedItem {
    pub item: Item,
    pub level: Level,
}

impl StockedItem {
    /// Names what is shown of it: the item's version, and in the lower half the revision of its stock. Their sum would
    /// name two texts, where the one changes beside the other. What expires is shown too, and changes neither.
    pub fn tag(&self) -> i64 {
        let expired = self.level.expired.millionths().wrapping_mul(SPREAD);
        ((self.item.version << 32).wrapping_add(self.level.revision) ^ expired) & i64::MAX
    }
}

/// As somebody gave it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemInput {
    pub sku: String,
    pub name: String,
    pub description: Option<String>,
    pub category: Option<String>,
    pub unit: Option<String>,
    pub unit_cost: Option<Money>,
    pub tracking: Option<Tracking>,
    pub costing: Option<Costing>,
    pub may_be_negative: Option<bool>,
    pub reorder_level: Option<Quantity>,
    pub reorder_up_to: Option<Quantity>,
    pub lead_time_days: Option<i64>,
    pub family_id: Option<FamilyId>,
    pub options: Options,
    pub external_id: Option<String>,
    pub metadata: Metadata,
}

impl ItemInput {
    pub fn check(&self) -> Result<ItemFields, Vec<FieldError>> {
        let mut faults = Faults::new();
        let sku = self.sku.parse::<Sku>();
        if let Err(error) = &sku {
            faults.add("/sku", error.code(), error.to_string());
        }
        let unit = self.unit.as_deref().unwrap_or(DEFAULT_UNIT);
        let name = text::line(&mut faults, "/name", &self.name, MAX_NAME);
        let description = self.description.as_deref();
        let description = text::optional_prose(&mut faults, "/description", description, MAX_DESCRIPTION);
        let category = text::optional_line(&mut faults, "/category", self.category.as_deref(), MAX_CATEGORY);
        let unit = UnitName::check(&mut faults, "/unit", unit).to_string();
        stock::check_unit_cost(&mut faults, "/unit_cost/amount", self.unit_cost);
        if let Some(level) = self.reorder_level {
            stock::check_level(&mut faults, "/reorder_level", level);
        }
        if let Some(level) = self.reorder_up_to {
            stock::check_level(&mut faults, "/reorder_up_to", level);
            let above = self.reorder_level.is_none_or(|least| least < level);
            let detail = "must be above reorder_level";
            faults.require(above, "/reorder_up_to", "not_above", detail);
        }
        if let Some(days) = self.lead_time_days {
            let allowed = (0..=MAX_LEAD_TIME_DAYS).contains(&days);
            let detail = format!("must be from 0 to {MAX_LEAD_TIME_DAYS}");
            faults.require(allowed, "/lead_time_days", "out_of_range", &detail);
        }
        let (tracking, costing) = (self.tracking.unwrap_or_default(), self.costing.unwrap_or_default());
        let may_be_negative = self.may_be_negative.unwrap_or_default();
        if may_be_negative && tracking.is_tracked() {
            let detail = "must be false where the item is tracked: a lot that is not there cannot leave";
            faults.add("/may_be_negative", "tracked", detail);
        }
        if costing == Costing::Standard && self.unit_cost.is_none() {
            faults.add("/unit_cost", "required", "is required with standard costing, being the standard");
        }
        let variant = check_variant(&mut faults, self.family_id, &self.options);
        let external_id = check_external_id(&mut faults, "/external_id", self.external_id.clone());
        check_metadata(&mut faults, "/metadata", &self.metadata);
        match sku {
            Ok(sku) => faults.finish(ItemFields {
                sku,
                name,
                description,
                category,
                unit,
                unit_cost: self.unit_cost,
                tracking,
                costing,
                may_be_negative,
                reorder_level: self.reorder_level,
                reorder_up_to: self.reorder_up_to,
                lead_time_days: self.lead_time_days,
                variant,
                external_id,
                metadata: self.metadata.clone(),
            }),
            Err(_) => Err(faults.into_errors()),
        }
    }
}

/// What somebody wants changed: absent is left alone, `Some(None)` is emptied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemChange {
    pub sku: Option<Option<String>>,
    pub name: Option<Option<String>>,
    pub description: Option<Option<String>>,
    pub category: Option<Option<String>>,
    pub unit: Option<Option<String>>,
    pub unit_cost: Option<Option<Money>>,
    pub tracking: Option<Option<Tracking>>,
    pub costing: Option<Option<Costing>>,
    pub may_be_negative: Option<Option<bool>>,
    pub reorder_level: Option<Option<Quantity>>,
    pub reorder_up_to: Option<Option<Quantity>>,
    pub lead_time_days: Option<Option<i64>>,
    pub family_id: Option<Option<FamilyId>>,
    pub options: Option<Options>,
    pub external_id: Option<Option<String>>,
    pub metadata: Option<Option<MetadataPatch>>,
}

impl ItemChange {
    /// `present` is none for an item that is to be made.
    pub fn apply(self, present: Option<&ItemFields>) -> Result<ItemFields, Vec<FieldError>> {
        let variant = present.and_then(|present| present.variant.as_ref());
        let (family_id, options) = patch_variant(variant, self.family_id, self.options);
        let present = present.cloned().map(ItemInput::from).unwrap_or_default();
        let input = ItemInput {
            sku: self.sku.map_or(present.sku, Option::unwrap_or_default),
            name: self.name.map_or(present.name, Option::unwrap_or_default),
            description: self.description.unwrap_or(present.description),
            category: self.category.unwrap_or(present.category),
            unit: self.unit.unwrap_or(present.unit),
            unit_cost: self.unit_cost.unwrap_or(present.unit_cost),
            tracking: self.tracking.unwrap_or(present.tracking),
            costing: self.costing.unwrap_or(present.costing),
            may_be_negative: self.may_be_negative.unwrap_or(present.may_be_negative),
            reorder_level: self.reorder_level.unwrap_or(present.reorder_level),
            reorder_up_to: self.reorder_up_to.unwrap_or(present.reorder_up_to),
            lead_time_days: self.lead_time_days.unwrap_or(present.lead_time_days),
            family_id,
            options,
            external_id: self.external_id.unwrap_or(present.external_id),
            metadata: patch_metadata(&present.metadata, self.metadata),
        };
        input.check()
    }
}

impl From<ItemFields> for ItemInput {
    fn from(fields: ItemFields) -> Self {
        let variant = fields.variant.map(|variant| (variant.family_id, variant.options)).unzip();
        Self {
            sku: fields.sku.to_string(),
            name: fields.name,
            description: fields.description,
            category: fields.category,
            unit: Some(fields.unit),
            unit_cost: fields.unit_cost,
            tracking: Some(fields.tracking),
            costing: Some(fields.costing),
            may_be_negative: Some(fields.may_be_negative),
            reorder_level: fields.reorder_level,
            reorder_up_to: fields.reorder_up_to,
            lead_time_days: fields.lead_time_days,
            family_id: variant.0,
            options: variant.1.unwrap_or_default(),
            external_id: fields.external_id,
            metadata: fields.metadata,
        }
    }
}

/// What stays as it is once stock has moved or is promised: it says what the numbers mean.
pub fn changed_of_moved(before: &ItemFields, after: &ItemFields) -> Option<&'static str> {
    let currency = |fields: &ItemFields| fields.unit_cost.map(|cost| cost.currency);
    let fixed = [
        ("tracking", before.tracking == after.tracking),
        ("costing", before.costing == after.costing),
        ("unit", before.unit == after.unit),
        ("currency", currency(before).is_none() || currency(before) == currency(after)),
    ];
    fixed.into_iter().find(|(_, same)| !same).map(|(field, _)| field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Currency;

    fn chai() -> ItemInput {
        ItemInput { sku: "chai-1".to_owned(), name: " Chai ".to_owned(), ..ItemInput::default() }
    }

    fn check(input: ItemInput, expected: &[(&str, &str)]) {
        let errors = input.check().err().unwrap_or_default();
        let found: Vec<_> = errors.iter().map(|fault| (fault.pointer.as_str(), &*fault.code)).collect();
        assert_eq!(found, expected, "{input:?}");
    }

    #[test]
    fn every_fault_is_told_at_once() {
        check(chai(), &[]);
        check(ItemInput::default(), &[("/sku", "blank"), ("/name", "blank")]);
        let cost = Some(Money::new(-1, Currency::EUR));
        check(ItemInput { unit_cost: cost, ..chai() }, &[("/unit_cost/amount", "out_of_range")]);
        let reorder_level = Some(Quantity::whole(-1));
        let unit = Some(" ".to_owned());
        check(
            ItemInput { reorder_level, unit, ..chai() },
            &[("/unit", "blank"), ("/reorder_level", "negative")],
        );
        check(
            ItemInput { category: Some("a\nb".to_owned()), ..chai() },
            &[("/category", "control_character")],
        );
    }

    #[test]
    fn fields_are_cleaned() {
        let fields = ItemInput { description: Some("  ".to_owned()), ..chai() }.check().unwrap();
        assert_eq!((fields.sku.as_str(), fields.name.as_str()), ("CHAI-1", "Chai"));
        assert_eq!((fields.description, fields.unit.as_str()), (None, "each"));
        let in_unit = |unit: &str| ItemInput { unit: Some(unit.to_owned()), ..chai() }.check().unwrap().unit;
        assert_eq!(["kgm", "Each", " Box "].map(in_unit), ["KGM", "Each", "Box"]);
    }

    #[test]
    fn a_change_leaves_alone_what_it_does_not_name() {
        let present = ItemInput { category: Some("Tea".to_owned()), unit: Some("box".to_owned()), ..chai() };
        let present = present.check().unwrap();
        let same = ItemChange::default().apply(Some(&present)).unwrap();
        assert_eq!(same, present);
        let change = ItemChange { category: Some(None), unit: Some(None), ..ItemChange::default() };
        let changed = change.apply(Some(&present)).unwrap();
        assert_eq!((changed.category, changed.unit.as_str()), (None, "each"));
        let change = ItemChange { name: Some(None), ..ItemChange::default() };
        let faults = change.apply(Some(&present)).unwrap_err();
        assert_eq!(faults[0].pointer, "/name");
    }
}
