//! What is found when stock is counted, and when what it is off by waits for a decision.

use crate::domain::costing::Costs;
use crate::domain::movement::EnteredQuantity;
use chrono::{DateTime, Utc};
use inventory_contract::{
    CountHoldRuleId, CountId, CountStatus, ItemId, LocationId, LotId, MAX_REASON_CHARACTERS, Variance,
    WarehouseId,
};
use kernel::money::round_half_even;
use kernel::{Currency, Faults, FieldError, Money, Quantity, UserId};
use std::collections::BTreeMap;

/// Of a count.
pub const MAX_LINES: usize = 1_000;
/// Of one request.
pub const MAX_ENTRIES: usize = 200;
/// How many rules a tenant may have: all are looked at when a count is submitted.
pub const MAX_RULES: u64 = 100;
const MAX_RULE_NAME: usize = 200;

kernel::typed_id!(CountLineId, CountLineKind, "count_line");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountStep {
    Hold,
    Post,
    /// It is to be counted again.
    Return,
    Cancel,
}

pub const STATUSES: [CountStatus; 4] =
    [CountStatus::Open, CountStatus::PendingApproval, CountStatus::Posted, CountStatus::Cancelled];

pub fn name_of(status: CountStatus) -> &'static str {
    match status {
        CountStatus::Open => "open",
        CountStatus::PendingApproval => "pending_approval",
        CountStatus::Posted => "posted",
        CountStatus::Cancelled => "cancelled",
    }
}

pub fn status_named(text: &str) -> Option<CountStatus> {
    STATUSES.into_iter().find(|status| name_of(*status) == text)
}

/// `None` where the step may not be taken.
pub fn after(status: CountStatus, step: CountStep) -> Option<CountStatus> {
    match (status, step) {
        (CountStatus::Open, CountStep::Hold) => Some(CountStatus::PendingApproval),
        (CountStatus::Open | CountStatus::PendingApproval, CountStep::Post) => Some(CountStatus::Posted),
        (CountStatus::PendingApproval, CountStep::Return) => Some(CountStatus::Open),
        (CountStatus::Open | CountStatus::PendingApproval, CountStep::Cancel) => Some(CountStatus::Cancelled),
        _ => None,
    }
}

/// What would do instead of what the status does not allow.
pub fn advice_for(status: CountStatus) -> &'static str {
    match status {
        CountStatus::Open => "record what was counted and submit it",
        CountStatus::PendingApproval => "wait for the decision, or cancel it",
        CountStatus::Posted => "correct it by another count",
        CountStatus::Cancelled => "begin another count",
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub id: CountId,
    pub warehouse: WarehouseId,
    /// This one alone, or the whole warehouse.
    pub location: Option<LocationId>,
    pub status: CountStatus,
    pub blind: bool,
    pub reason: String,
    pub reference: Option<String>,
    pub totals: Totals,
    pub submitted_by: Option<UserId>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub posted_at: Option<DateTime<Utc>>,
    /// Why it is open again.
    pub returned_reason: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Count {
    /// Whether anybody may see what the books say: of a blind count not before it is submitted.
    pub fn shows_expected(&self) -> bool {
        !self.blind || matches!(self.status, CountStatus::PendingApproval | CountStatus::Posted)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub lines: i64,
    pub counted: i64,
    /// Lines that are off. Only there once it was submitted.
    pub off: Option<i64>,
}

/// What lies where, of which lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shelf {
    pub item: ItemId,
    pub location: LocationId,
    pub lot: Option<LotId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountLine {
    pub id: CountLineId,
    pub shelf: Shelf,
    /// What the books had when it was counted, or when the count was made where nobody has counted it yet.
    pub expected: Quantity,
    pub found: Option<Found>,
    /// Once it was submitted.
    pub variance: Option<Quantity>,
    /// What the item cost when it was submitted, to the minor unit.
    pub unit_cost: Option<Money>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What somebody counted, after which of the item's movements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub quantity: Quantity,
    pub entered: Option<EnteredQuantity>,
    pub sequence: i64,
    pub at: DateTime<Utc>,
    pub by: String,
}

impl CountLine {
    /// What is to be added to whatever is on hand by now. `late` is of movements that had happened by the time it was
    /// counted and were recorded later: they were seen on the shelf. `None` where nobody counted.
    pub fn variance_with(&self, late: Quantity) -> Option<Quantity> {
        let found = self.found.as_ref()?.quantity.millionths();
        let books = self.expected.millionths().saturating_add(late.millionths());
        Some(Quantity::from_millionths(found.saturating_sub(books)))
    }

    pub fn is_off(&self) -> bool {
        self.variance.is_some_and(|variance| variance != Quantity::ZERO)
    }

    /// The variance at that cost, rounded half to even.
    pub fn value(&self) -> Option<Money> {
        self.unit_cost?.times(self.variance?).ok()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldRule {
    pub id: CountHoldRuleId,
    pub name: String,
    pub over: Variance,
}

/// The rule's name, trimmed, or what is wrong with the rule.
pub fn checked_rule(name: &str, over: Variance) -> Result<String, Vec<FieldError>> {
    let mut faults = Faults::new();
    let name = faults.text("/name", name, MAX_RULE_NAME);
    let negative = match over {
        Variance::Quantity(quantity) => quantity < Quantity::ZERO,
        Variance::Value(value) => value.amount_minor < 0,
    };
    faults.require(!negative, "/over", "negative", "must not be negative");
    faults.finish(name)
}

/// It is shown as it was given, so it must fit.
pub fn check_reason(reason: &str) -> Result<(), Vec<FieldError>> {
    let mut faults = Faults::new();
    let detail = format!("must have at most {MAX_REASON_CHARACTERS} characters");
    faults.require(reason.chars().count() <= MAX_REASON_CHARACTERS, "/reason", "too_long", &detail);
    faults.finish(())
}

/// By how much a whole count is off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Off {
    of_items: BTreeMap<ItemId, i128>,
    /// Millionths of minor units, so that nothing is rounded to those before it is compared.
    of_currencies: BTreeMap<Currency, i128>,
}

const MILLION: i128 = 1_000_000;
/// In place of what is more than a value can say: above any rule, and so low that all lines have room.
const TOO_MUCH: i128 = i128::MAX / MAX_LINES as i128;

impl Off {
    /// At what the items cost; those without a cost are off in quantity alone.
    pub fn of(lines: &[CountLine], costs: &Costs) -> Self {
        let mut off = Self::default();
        for line in lines {
            let Some(variance) = line.variance else { continue };
            *off.of_items.entry(line.shelf.item).or_default() += i128::from(variance.millionths()).abs();
            if let Some((currency, cost)) = costs.get(&line.shelf.item) {
                let worth = cost.of(variance).map_or(TOO_MUCH, |value| value.millionths().abs());
                *off.of_currencies.entry(*currency).or_default() += worth;
            }
        }
        off
    }

    /// What it is off by where that is more, measured as `over` is.
    pub fn exceeds(&self, over: Variance) -> Option<Variance> {
        let narrow = |wide: i128| i64::try_from(wide).unwrap_or(i64::MAX);
        match over {
            Variance::Quantity(over) => {
                let most = self.of_items.values().copied().max()?;
                let exceeds = most > i128::from(over.millionths());
                exceeds.then(|| Variance::Quantity(Quantity::from_millionths(narrow(most))))
            }
            Variance::Value(over) => {
                let worth = self.of_currencies.get(&over.currency).copied()?;
                let exceeds = worth > i128::from(over.amount_minor) * MILLION;
                let minor = narrow(round_half_even(worth, MILLION));
                exceeds.then(|| Variance::Value(Money::new(minor, over.currency)))
            }
        }
    }
}

/// A serial number leaves before it comes, and all else comes before it leaves: see `transfer::legs`.
pub fn posting_order(is_serial: bool, variance: Quantity) -> bool {
    is_serial == variance.is_positive()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldStatus {
    Held,
    Released,
    Rejected,
    /// Another hold of the count was rejected, or the count was cancelled, before this one was decided.
    Cleared,
}

impl HoldStatus {
    const ALL: [Self; 4] = [Self::Held, Self::Released, Self::Rejected, Self::Cleared];

    pub fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Released => "released",
            Self::Rejected => "rejected",
            Self::Cleared => "cleared",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == text)
    }
}

#[cfg(test)]
mod tests;
