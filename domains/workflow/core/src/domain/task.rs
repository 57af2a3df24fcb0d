//! A task: one question to an approver about one hold on one invoice, decided once.

use super::definition::Definition;
use billing_contract::{HoldId, InvoicePendingApproval};
use chrono::{DateTime, Utc};
use kernel::{Faults, Money, UserId};
use serde::Serialize;
use std::fmt;
use workflow_contract::{Approver, Decision, DefinitionId, Subject, TaskId};

const MAX_COMMENT_CHARACTERS: usize = 2_000;
const INVOICE: &str = "invoice";

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Task {
    pub id: TaskId,
    pub definition: DefinitionId,
    pub subject: Subject,
    pub hold: HoldId,
    pub title: String,
    pub total: Money,
    pub approver: Approver,
    pub requested_by: Option<UserId>,
    pub status: TaskStatus,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<DateTime<Utc>>,
    pub comment: Option<String>,
    /// When billing had taken the decision.
    pub applied_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    Open,
    Approved,
    Rejected,
}

/// What a hold asks for.
#[derive(Clone, Debug)]
pub struct NewTask {
    pub definition: DefinitionId,
    pub subject: Subject,
    pub hold: HoldId,
    pub title: String,
    pub total: Money,
    pub approver: Approver,
    pub requested_by: Option<UserId>,
}

impl NewTask {
    /// Whatever the definition's status: the invoice is held, so somebody must be asked.
    pub fn of_hold(definition: &Definition, event: &InvoicePendingApproval) -> Self {
        Self {
            definition: definition.id,
            subject: Subject { kind: INVOICE.to_owned(), id: event.invoice.uuid() },
            hold: event.hold,
            title: format!("Invoice of {} to {}", event.total, event.customer_name),
            total: event.total,
            approver: definition.terms.approver,
            requested_by: event.requested_by,
        }
    }
}

/// A blank comment is none.
pub fn comment(text: Option<&str>, faults: &mut Faults) -> Option<String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    Some(faults.text("/comment", text, MAX_COMMENT_CHARACTERS))
}

impl TaskStatus {
    pub const ALL: [Self; 3] = [Self::Open, Self::Approved, Self::Rejected];

    pub fn of(decision: Decision) -> Self {
        match decision {
            Decision::Approved => Self::Approved,
            Decision::Rejected => Self::Rejected,
        }
    }

    pub fn decision(self) -> Option<Decision> {
        match self {
            Self::Open => None,
            Self::Approved => Some(Decision::Approved),
            Self::Rejected => Some(Decision::Rejected),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == text)
    }
}

impl fmt::Display for TaskStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
