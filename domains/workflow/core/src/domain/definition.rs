//! A definition: what needs an approval, and by whom. It is drafted, published and retired, in that order and never
//! back; its terms never change.

use super::approver::can_decide_at_all;
use chrono::{DateTime, Utc};
use kernel::permission::BuiltinRole;
use kernel::{Faults, Money, UserId};
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
    pub trigger: Trigger,
    pub total_over: Money,
    pub approver: Approver,
    /// Whether who finalized the invoice may be the one who approves it.
    pub requester_may_decide: bool,
}

/// The moments that can wait for an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Trigger {
    #[serde(rename = "billing.invoice_finalize")]
    InvoiceFinalize,
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
    pub total_over: Money,
    pub approver: ApproverInput,
    pub requester_may_decide: bool,
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
        let total_over = input.total_over;
        faults.require(
            total_over.amount_minor >= 0,
            "/condition/total_over/amount",
            "negative",
            "must not be negative",
        );
        let approver = check_approver(&input.approver, faults);
        let requester_may_decide = input.requester_may_decide;
        Some(Self { name, trigger: trigger?, total_over, approver: approver?, requester_may_decide })
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
    pub const ALL: [Self; 1] = [Self::InvoiceFinalize];

    pub fn name(self) -> &'static str {
        match self {
            Self::InvoiceFinalize => "billing.invoice_finalize",
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
