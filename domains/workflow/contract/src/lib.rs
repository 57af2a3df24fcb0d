//! What others may know of workflow: its ids and what it announces. Nobody calls workflow, so there is no trait:
//! it calls others and hears their events.

use chrono::{DateTime, Utc};
use kernel::permission::BuiltinRole;
use kernel::{Money, UserId};
use macros::DomainEvent;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

kernel::typed_id!(DefinitionId, DefinitionKind, "definition");
kernel::typed_id!(TaskId, TaskKind, "task");

/// Who may decide: everybody of at least this role, or one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approver {
    Role(BuiltinRole),
    #[serde(rename = "user_id")]
    User(UserId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approved,
    Rejected,
}

/// What a task is about, in the words of the domain it belongs to: `invoice` or `count`, and its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub kind: String,
    pub id: Uuid,
}

/// Somebody is asked for a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "workflow.task_opened", version = 2, aggregate = task)]
pub struct TaskOpened {
    pub task: TaskId,
    pub definition: DefinitionId,
    pub subject: Subject,
    pub title: String,
    /// Of an invoice; none of a count, whose title says what it is off by.
    pub total: Option<Money>,
    pub approver: Approver,
    pub requested_by: Option<UserId>,
}

/// The decision is made; the subject's domain is told right after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "workflow.task_decided", version = 1, aggregate = task)]
pub struct TaskDecided {
    pub task: TaskId,
    pub definition: DefinitionId,
    pub subject: Subject,
    pub decision: Decision,
    pub decided_by: UserId,
    pub decided_at: DateTime<Utc>,
    pub comment: Option<String>,
}
