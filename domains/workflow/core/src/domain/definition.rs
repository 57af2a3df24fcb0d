//! A definition: what needs an approval, and by whom. It is drafted, published and retired, in that order and never
//! back; its terms never change.

use super::approver::can_decide_at_all;
use chrono::{DateTime, Utc};
use inventory_contract::Variance;
use kernel::permission::BuiltinRole;
use kernel::{Faults, Money, Quantity, UserId};
use serde::Serialize;
use std::fmt;
use workflow_contract::{Approver, DefinitionId};

const MAX_NAME_CHARACTERS: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Definition {
    pub id: DefinitionId,
    #[serde(flatten)]
    pub terms: Terms,
    pub status: DefinitionStatus,
    pub published_at: Option<DateTime<Utc>>,
    pub retired_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Terms {
    pub name: String,
    #[serde(flatten)]
    pub condition: Condition,
    pub approver: Approver,
    /// Whether who finalized the invoice, or submitted the count, may be the one who approves it.
    pub requester_may_decide: bool,
}

/// The moments that can wait for an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    InvoiceFinalize,
    CountSubmit,
}

/// A trigger, and what waits then: all that is over this, strictly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "trigger", content = "over")]
pub enum Condition {
    #[serde(rename = "billing.invoice_finalize")]
    InvoiceTotal(Money),
    #[serde(rename = "inventory.count_submit")]
    CountVariance(Variance),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DefinitionStatus {
    Draft,
    Published,
    Retired,
}

/// The terms as somebody wrote them.
#[derive(Clone, Debug)]
pub struct TermsInput {
    pub name: String,
    pub trigger: String,
    pub condition: ConditionInput,
    pub approver: ApproverInput,
    pub requester_may_decide: bool,
}

#[derive(Clone, Debug, Default)]
pub struct ConditionInput {
    pub total_over: Option<Money>,
    pub quantity_over: Option<Quantity>,
    pub value_over: Option<Money>,
}

#[derive(Clone, Debug, Default)]
pub struct ApproverInput {
    pub role: Option<String>,
    pub user_id: Option<UserId>,
}

impl Terms {
    /// `None` only with a fault; whether the approver is a member is not known here.
    pub fn check(input: &TermsInput, faults: &mut Faults) -> Option<Self> {
        let name = faults.text("/name", &input.name, MAX_NAME_CHARACTERS);
        let trigger = Trigger::parse(&input.trigger);
        let known = Trigger::ALL.map(Trigger::name).join(", ");
        faults.require(trigger.is_some(), "/trigger", "unknown_trigger", &format!("must be one of: {known}"));
        input.condition.check_signs(faults);
        let condition = trigger.and_then(|trigger| input.condition.of(trigger, faults));
        let approver = check_approver(&input.approver, faults);
        let requester_may_decide = input.requester_may_decide;
        Some(Self { name, condition: condition?, approver: approver?, requester_may_decide })
    }
}

impl ConditionInput {
    fn check_signs(&self, faults: &mut Faults) {
        let is_negative = |money: Option<Money>| money.is_some_and(|money| money.amount_minor < 0);
        let quantity = self.quantity_over.is_some_and(|quantity| quantity < Quantity::ZERO);
        for (negative, pointer) in [
            (is_negative(self.total_over), "/condition/total_over/amount"),
            (quantity, "/condition/quantity_over"),
            (is_negative(self.value_over), "/condition/value_over/amount"),
        ] {
            faults.require(!negative, pointer, "negative", "must not be negative");
        }
    }

    /// What this trigger asks for, and nothing that another does.
    fn of(&self, trigger: Trigger, faults: &mut Faults) -> Option<Condition> {
        let total = trigger == Trigger::InvoiceFinalize;
        for (fits, given, pointer) in [
            (total, self.total_over.is_some(), "/condition/total_over"),
            (!total, self.quantity_over.is_some(), "/condition/quantity_over"),
            (!total, self.value_over.is_some(), "/condition/value_over"),
        ] {
            let detail = format!("must be left out with the trigger {}", trigger.name());
            faults.require(fits || !given, pointer, "other_trigger", &detail);
        }
        if total {
            let detail = format!("is required with the trigger {}", trigger.name());
            faults.require(self.total_over.is_some(), "/condition/total_over", "required", &detail);
            return self.total_over.map(Condition::InvoiceTotal);
        }
        match (self.quantity_over, self.value_over) {
            (Some(quantity), None) => Some(Condition::CountVariance(Variance::Quantity(quantity))),
            (None, Some(value)) => Some(Condition::CountVariance(Variance::Value(value))),
            _ => {
                faults.add("/condition", "one_of", "must have either `quantity_over` or `value_over`");
                None
            }
        }
    }
}

impl Condition {
    pub fn trigger(self) -> Trigger {
        match self {
            Self::InvoiceTotal(_) => Trigger::InvoiceFinalize,
            Self::CountVariance(_) => Trigger::CountSubmit,
        }
    }
}

fn check_approver(input: &ApproverInput, faults: &mut Faults) -> Option<Approver> {
    match (&input.role, input.user_id) {
        (None, Some(user)) => Some(Approver::User(user)),
        (Some(role), None) => {
            let role = BuiltinRole::parse(role).filter(|role| can_decide_at_all(*role));
            if role.is_none() {
                faults.add("/approver/role", "unknown_role", "must be one of: member, admin, owner");
            }
            role.map(Approver::Role)
        }
        _ => {
            faults.add("/approver", "one_of", "must have either `role` or `user_id`");
            None
        }
    }
}

impl Trigger {
    pub const ALL: [Self; 2] = [Self::InvoiceFinalize, Self::CountSubmit];

    pub fn name(self) -> &'static str {
        match self {
            Self::InvoiceFinalize => "billing.invoice_finalize",
            Self::CountSubmit => "inventory.count_submit",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trigger| trigger.name() == text)
    }
}

impl DefinitionStatus {
    pub const ALL: [Self; 3] = [Self::Draft, Self::Published, Self::Retired];

    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Retired => "retired",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == text)
    }
}

impl fmt::Display for DefinitionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Currency;

    fn usd(minor: i64) -> Option<Money> {
        Some(Money::new(minor, Currency::USD))
    }

    #[test]
    fn a_trigger_asks_for_its_own_terms_and_for_no_others() {
        let check = |trigger, total_over, quantity_over, value_over, expected: Result<Condition, &[&str]>| {
            let input = ConditionInput { total_over, quantity_over, value_over };
            let mut faults = Faults::new();
            let condition = input.of(trigger, &mut faults);
            let faults = faults.into_errors();
            let found: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
            match expected {
                Ok(expected) => assert_eq!((condition, found.len()), (Some(expected), 0), "{input:?}"),
                Err(expected) => assert_eq!(found, expected, "{input:?}"),
            }
        };
        let (invoice, count) = (Trigger::InvoiceFinalize, Trigger::CountSubmit);
        let two = Some(Quantity::whole(2));
        let money = Money::new(5, Currency::USD);
        check(invoice, usd(5), None, None, Ok(Condition::InvoiceTotal(money)));
        check(invoice, None, None, None, Err(&["/condition/total_over"]));
        check(invoice, usd(5), two, None, Err(&["/condition/quantity_over"]));
        check(invoice, None, None, usd(5), Err(&["/condition/value_over", "/condition/total_over"]));
        let of_two = Condition::CountVariance(Variance::Quantity(Quantity::whole(2)));
        check(count, None, two, None, Ok(of_two));
        check(count, None, None, usd(5), Ok(Condition::CountVariance(Variance::Value(money))));
        check(count, None, None, None, Err(&["/condition"]));
        check(count, None, two, usd(5), Err(&["/condition"]));
        check(count, usd(5), two, None, Err(&["/condition/total_over"]));
        for trigger in Trigger::ALL {
            assert_eq!(Trigger::parse(trigger.name()), Some(trigger));
        }
    }

    #[test]
    fn a_condition_is_told_by_the_name_of_its_trigger() {
        for condition in [
            Condition::InvoiceTotal(Money::new(5, Currency::USD)),
            Condition::CountVariance(Variance::Quantity(Quantity::whole(2))),
        ] {
            let told = serde_json::to_value(condition).unwrap();
            assert_eq!(told["trigger"], condition.trigger().name());
        }
    }
}
