//! Invoices: what their lines come to, and which way their state may go.

use super::named::Named;
use super::period::Period;
use super::product::check_unit_amount;
use billing_contract::{CustomerId, InvoiceId, InvoiceStatus, PriceId, SubscriptionId};
use chrono::{DateTime, Utc};
use kernel::{Faults, FieldError, Money, Quantity, UserId};

pub const MAX_LINES: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    pub id: InvoiceId,
    pub customer: CustomerId,
    pub subscription: Option<SubscriptionId>,
    /// What a subscription's invoice is for.
    pub period: Option<Period>,
    pub number: Option<String>,
    pub status: InvoiceStatus,
    pub total: Money,
    pub finalized_at: Option<DateTime<Utc>>,
    pub requested_by: Option<UserId>,
    /// Why it is a draft again.
    pub rejection_reason: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// An invoice with its lines, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceDetail {
    pub invoice: Invoice,
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub description: String,
    pub quantity: Quantity,
    pub unit_amount: Money,
    pub amount: Money,
    pub price: Option<PriceId>,
}

/// A line before its amount is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLine {
    pub description: String,
    pub quantity: Quantity,
    pub unit_amount: Money,
    pub price: Option<PriceId>,
}

impl Named for InvoiceStatus {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Draft, "draft"),
        (Self::PendingApproval, "pending_approval"),
        (Self::Open, "open"),
        (Self::Void, "void"),
    ];
}

/// A change of state. Nothing leads away from `open` yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Submit,
    Open,
    Reject,
}

impl Step {
    pub fn from(self) -> &'static [InvoiceStatus] {
        match self {
            Self::Submit => &[InvoiceStatus::Draft],
            Self::Open => &[InvoiceStatus::Draft, InvoiceStatus::PendingApproval],
            Self::Reject => &[InvoiceStatus::PendingApproval],
        }
    }

    pub fn to(self) -> InvoiceStatus {
        match self {
            Self::Submit => InvoiceStatus::PendingApproval,
            Self::Open => InvoiceStatus::Open,
            Self::Reject => InvoiceStatus::Draft,
        }
    }
}

/// The lines with their amounts and the total, or all that is wrong with them.
pub fn priced(lines: Vec<NewLine>) -> Result<(Vec<Line>, Money), Vec<FieldError>> {
    let mut faults = Faults::new();
    faults.require(lines.len() <= MAX_LINES, "/lines", "too_many", "at most 100 lines");
    let Some(first) = lines.first() else {
        faults.add("/lines", "blank", "at least one line is needed");
        return Err(faults.into_errors());
    };
    let mut total = Money::zero(first.unit_amount.currency);
    let mut priced = Vec::with_capacity(lines.len());
    for (index, line) in lines.into_iter().enumerate() {
        let at = |field: &str| format!("/lines/{index}/{field}");
        let description = faults.prose(&at("description"), &line.description, 500);
        faults.require(
            line.quantity.is_positive(),
            &at("quantity"),
            "not_positive",
            "must be more than zero",
        );
        check_unit_amount(&mut faults, &at("unit_amount"), line.unit_amount);
        let amount = line.unit_amount.times(line.quantity);
        match amount.and_then(|amount| total.checked_add(amount).map(|sum| (amount, sum))) {
            Ok((amount, sum)) => {
                total = sum;
                let NewLine { quantity, unit_amount, price, .. } = line;
                priced.push(Line { description, quantity, unit_amount, amount, price });
            }
            Err(error) => faults.add(at("unit_amount"), "cannot_be_added", error.to_string()),
        }
    }
    faults.finish((priced, total))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Currency;

    fn check_step(step: Step, from: InvoiceStatus, expected: Option<InvoiceStatus>) {
        let reached = step.from().contains(&from).then(|| step.to());
        assert_eq!(reached, expected, "{step:?} from {from:?}");
    }

    #[test]
    fn the_state_goes_only_these_ways() {
        use InvoiceStatus::{Draft, Open, PendingApproval, Void};
        check_step(Step::Submit, Draft, Some(PendingApproval));
        check_step(Step::Submit, PendingApproval, None);
        check_step(Step::Submit, Open, None);
        check_step(Step::Submit, Void, None);
        check_step(Step::Open, Draft, Some(Open));
        check_step(Step::Open, PendingApproval, Some(Open));
        check_step(Step::Open, Open, None);
        check_step(Step::Open, Void, None);
        check_step(Step::Reject, Draft, None);
        check_step(Step::Reject, PendingApproval, Some(Draft));
        check_step(Step::Reject, Open, None);
        check_step(Step::Reject, Void, None);
    }

    fn check_total(lines: &[(&str, i64, Currency)], expected: Result<(&[i64], i64), &[&str]>) {
        let line = |(quantity, amount, currency): &(&str, i64, Currency)| NewLine {
            description: "Chai".to_owned(),
            quantity: quantity.parse().unwrap(),
            unit_amount: Money::new(*amount, *currency),
            price: None,
        };
        let found = priced(lines.iter().map(line).collect());
        let found = found.map(|(lines, total)| {
            let amounts: Vec<i64> = lines.iter().map(|line| line.amount.amount_minor).collect();
            (amounts, total.amount_minor)
        });
        let found = found.map_err(|faults| {
            faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect::<Vec<_>>()
        });
        let expected = expected.map(|(amounts, total)| (amounts.to_vec(), total));
        let expected = expected.map_err(|faults| faults.iter().map(|fault| (*fault).to_owned()).collect());
        assert_eq!(found, expected, "{lines:?}");
    }

    #[test]
    fn a_total_is_the_sum_of_rounded_lines() {
        let (eur, usd, jpy) = (Currency::EUR, Currency::USD, Currency::JPY);
        check_total(&[("3", 1800, eur)], Ok((&[5400], 5400)));
        check_total(&[("0.5", 5, eur), ("0.5", 15, eur)], Ok((&[2, 8], 10)));
        check_total(&[("2.5", 999, usd), ("1", 0, usd)], Ok((&[2498, 0], 2498)));
        check_total(&[("0.333333", 100, jpy)], Ok((&[33], 33)));
        check_total(&[], Err(&["/lines blank"]));
        check_total(&[("0", 1, eur)], Err(&["/lines/0/quantity not_positive"]));
        let negative = ["/lines/0/quantity not_positive", "/lines/1/unit_amount negative"];
        check_total(&[("-1", 1, eur), ("1", -1, eur)], Err(&negative));
        check_total(&[("1", 1, eur), ("1", 1, usd)], Err(&["/lines/1/unit_amount cannot_be_added"]));
        check_total(&[("2", i64::MAX, eur)], Err(&["/lines/0/unit_amount cannot_be_added"]));
        let sum = [("1", i64::MAX, eur), ("1", 1, eur)];
        check_total(&sum, Err(&["/lines/1/unit_amount cannot_be_added"]));
        check_total(&vec![("1", 1, eur); 101], Err(&["/lines too_many"]));
    }
}
