//! Which invoices wait for a decision before they are final.

use super::named::Named;
use billing_contract::{HoldRuleId, MAX_REASON_CHARACTERS};
use chrono::{DateTime, Utc};
use kernel::{Faults, FieldError, Money};

/// How many rules a tenant may have: all are looked at on each finalize.
pub const MAX_RULES: u64 = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldRule {
    pub id: HoldRuleId,
    pub name: String,
    pub total_over: Money,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// In its own currency alone, and strictly over.
pub fn matches(total_over: Money, total: Money) -> bool {
    total_over.currency == total.currency && total.amount_minor > total_over.amount_minor
}

/// The rule's name, trimmed, or what is wrong with the rule.
pub fn checked_rule(name: &str, total_over: Money) -> Result<String, Vec<FieldError>> {
    let mut faults = Faults::new();
    let name = faults.text("/name", name, 200);
    faults.require(total_over.amount_minor >= 0, "/total_over", "negative", "must not be negative");
    faults.finish(name)
}

/// It is shown as it was given, so it must fit.
pub fn check_reason(reason: &str) -> Result<(), Vec<FieldError>> {
    let mut faults = Faults::new();
    let detail = format!("must have at most {MAX_REASON_CHARACTERS} characters");
    faults.require(reason.chars().count() <= MAX_REASON_CHARACTERS, "/reason", "too_long", &detail);
    faults.finish(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldStatus {
    Held,
    Released,
    Rejected,
    /// Another hold of the invoice was rejected before this one was decided.
    Cleared,
}

impl Named for HoldStatus {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Held, "held"),
        (Self::Released, "released"),
        (Self::Rejected, "rejected"),
        (Self::Cleared, "cleared"),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Currency;

    fn check(total_over: (i64, Currency), total: (i64, Currency), expected: bool) {
        let money = |(amount, currency)| Money::new(amount, currency);
        assert_eq!(matches(money(total_over), money(total)), expected, "{total:?} over {total_over:?}");
    }

    #[test]
    fn a_rule_holds_what_is_strictly_over_in_its_currency() {
        let (usd, eur) = (Currency::USD, Currency::EUR);
        check((100_000, usd), (100_000, usd), false);
        check((100_000, usd), (100_001, usd), true);
        check((100_000, usd), (99_999, usd), false);
        check((100_000, usd), (500_000, eur), false);
        check((0, usd), (0, usd), false);
        check((0, usd), (1, usd), true);
    }
}
