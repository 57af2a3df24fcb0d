//! A task: one question to an approver about one hold on one invoice or count, decided once, or cleared when another's
//! rejection or the count's end has made the answer needless.

use super::definition::Definition;
use super::held::{Announced, Held};
use chrono::{DateTime, Utc};
use kernel::{Faults, UserId};
use serde::Serialize;
use std::fmt;
use workflow_contract::{Approver, Decision, DefinitionId, TaskId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Task {
    pub id: TaskId,
    pub definition: DefinitionId,
    #[serde(flatten)]
    pub held: Held,
    pub title: String,
    pub approver: Approver,
    pub requester_may_decide: bool,
    pub requested_by: Option<UserId>,
    pub status: TaskStatus,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<DateTime<Utc>>,
    pub comment: Option<String>,
    /// When the domain that holds it had taken the decision.
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
    /// Another task about the same was rejected, or the count cancelled: nobody needs to decide this one any more.
    Cleared,
}

/// What a hold asks for.
#[derive(Clone, Debug)]
pub struct NewTask {
    pub definition: DefinitionId,
    pub held: Held,
    pub title: String,
    pub approver: Approver,
    pub requester_may_decide: bool,
    pub requested_by: Option<UserId>,
}

impl Task {
    pub fn may_be_decided_by(&self, user: UserId) -> bool {
        self.requester_may_decide || self.requested_by != Some(user)
    }
}

impl NewTask {
    /// Whatever the definition's status: something is held, so somebody must be asked.
    pub fn of_hold(definition: &Definition, announced: Announced) -> Self {
        Self {
            definition: definition.id,
            held: announced.held,
            title: announced.title,
            approver: definition.terms.approver,
            requester_may_decide: definition.terms.requester_may_decide,
            requested_by: announced.requested_by,
        }
    }
}

/// A blank comment is none. It is a rejection's reason, so what fits here fits there.
pub fn comment(held: &Held, text: Option<&str>, faults: &mut Faults) -> Option<String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    Some(faults.prose("/comment", text, held.max_reason_characters()))
}

impl TaskStatus {
    pub const ALL: [Self; 4] = [Self::Open, Self::Approved, Self::Rejected, Self::Cleared];

    pub fn of(decision: Decision) -> Self {
        match decision {
            Decision::Approved => Self::Approved,
            Decision::Rejected => Self::Rejected,
        }
    }

    pub fn decision(self) -> Option<Decision> {
        match self {
            Self::Open | Self::Cleared => None,
            Self::Approved => Some(Decision::Approved),
            Self::Rejected => Some(Decision::Rejected),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Cleared => "cleared",
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
