//! Definitions and tasks as JSON.

use crate::domain::{self, ApproverInput, Condition, ConditionInput, Definition, Held, Task, TermsInput};
use crate::service::{CreateDefinition, ListTasks};
use chrono::{DateTime, Utc};
use inventory_contract::{Variance, WarehouseId};
use kernel::{Money, Quantity, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use workflow_contract::{Approver, DefinitionId, TaskId};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Invoices over 1,000.00",
    "trigger": "billing.invoice_finalize",
    "condition": {"total_over": {"amount": 100000, "currency": "USD"}},
    "approver": {"role": "admin"},
}))]
pub struct CreateApprovalDefinition {
    /// The caller's own choice
    id: Option<DefinitionId>,
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    name: String,
    /// The moment that waits
    #[schema(value_type = ApprovalTriggerDto)]
    trigger: String,
    condition: ApprovalConditionDto,
    approver: ApproverDto,
    /// Whether who finalized the invoice, or submitted the count, may decide, if they are an approver; true unless told
    #[serde(default = "yes")]
    requester_may_decide: bool,
}

fn yes() -> bool {
    true
}

/// The moments that can wait for an approval
#[derive(Clone, Copy, Serialize, ToSchema)]
pub enum ApprovalTriggerDto {
    #[serde(rename = "billing.invoice_finalize")]
    InvoiceFinalize,
    #[serde(rename = "inventory.count_submit")]
    CountSubmit,
}

impl From<domain::Trigger> for ApprovalTriggerDto {
    fn from(trigger: domain::Trigger) -> Self {
        match trigger {
            domain::Trigger::InvoiceFinalize => Self::InvoiceFinalize,
            domain::Trigger::CountSubmit => Self::CountSubmit,
        }
    }
}

/// With the trigger `billing.invoice_finalize` `total_over`; with `inventory.count_submit` either `quantity_over` or
/// `value_over`
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"total_over": {"amount": 100000, "currency": "USD"}}))]
pub struct ApprovalConditionDto {
    /// Of an invoice: strictly more than this, in this currency alone
    #[schema(value_type = Money, required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    total_over: Option<Money>,
    /// Of a count: off by strictly more than this of one item, in its unit, what is missing and what is too much alike
    #[schema(value_type = Quantity, required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity_over: Option<Quantity>,
    /// Of a count: off by what is worth strictly more than this, of all items that have a cost in this currency
    #[schema(value_type = Money, required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    value_over: Option<Money>,
}

/// Either a role or one user; an owner may decide for either
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "admin"}))]
pub struct ApproverDto {
    /// The least role of those who may decide
    #[schema(value_type = Option<DecidingRole>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    /// The one member who may decide
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
}

// For the document alone: what the role may be is the domain's to check.
/// A role that may decide
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum DecidingRole {
    Member,
    Admin,
    Owner,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Invoices over 1,000.00",
    "trigger": "billing.invoice_finalize", "condition": {"total_over": {"amount": 100000, "currency": "USD"}},
    "approver": {"role": "admin"}, "requester_may_decide": true, "status": "published",
    "published_at": "2026-02-03T09:40:00Z", "retired_at": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:40:00Z",
}))]
pub struct ApprovalDefinitionDto {
    id: DefinitionId,
    name: String,
    trigger: ApprovalTriggerDto,
    condition: ApprovalConditionDto,
    approver: ApproverDto,
    requester_may_decide: bool,
    /// `draft`, `published` or `retired`
    status: &'static str,
    #[schema(required)]
    published_at: Option<DateTime<Utc>>,
    #[schema(required)]
    retired_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "definition_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "subject": {"kind": "invoice", "id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f70"},
    "title": "Invoice to Chop-suey Chinese", "total": {"amount": 245000, "currency": "USD"},
    "warehouse_id": null, "variance": null,
    "approver": {"role": "admin"}, "status": "open",
    "requested_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "requester_may_decide": true,
    "decided_by": null, "decided_at": null, "comment": null, "applied_at": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct ApprovalTaskDto {
    id: TaskId,
    definition_id: DefinitionId,
    subject: ApprovalSubjectDto,
    title: String,
    /// Of an invoice
    #[schema(required)]
    total: Option<Money>,
    /// Of a count: where it was
    #[schema(required)]
    warehouse_id: Option<WarehouseId>,
    /// Of a count: what it is off by, as its definition measures it
    #[schema(required)]
    variance: Option<ApprovalVarianceDto>,
    approver: ApproverDto,
    status: TaskStatusDto,
    /// Who finalized the invoice or submitted the count, or whose API key did
    #[schema(required)]
    requested_by: Option<UserId>,
    requester_may_decide: bool,
    #[schema(required)]
    decided_by: Option<UserId>,
    #[schema(required)]
    decided_at: Option<DateTime<Utc>>,
    #[schema(required)]
    comment: Option<String>,
    /// When the decision had taken effect on the subject
    #[schema(required)]
    applied_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// One of the two, without a sign
#[derive(Serialize, ToSchema)]
pub struct ApprovalVarianceDto {
    /// Of the one item that is off by the most, in its unit
    #[schema(required)]
    quantity: Option<Quantity>,
    /// Of all items that have a cost in this currency
    #[schema(required)]
    value: Option<Money>,
}

/// What the task is about
#[derive(Serialize, ToSchema)]
pub struct ApprovalSubjectDto {
    /// `invoice` or `count`
    kind: String,
    id: Uuid,
}

/// `cleared`: another approver has rejected it, or the count was cancelled, so nobody needs to decide
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ApprovalTaskStatus)]
pub enum TaskStatusDto {
    Open,
    Approved,
    Rejected,
    Cleared,
}

#[derive(Deserialize, IntoParams)]
pub struct TaskFilter {
    /// Only tasks of this status
    #[param(inline)]
    status: Option<TaskStatusDto>,
    /// `true`: only those the caller could decide, and only open ones unless `status` says otherwise. An API key
    /// decides none
    mine: Option<bool>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"comment": "Agreed with the customer."}))]
pub struct DecideApprovalTask {
    /// Told to whoever asked; of a count at most 500 characters
    #[schema(max_length = 2000)]
    pub comment: Option<String>,
}

impl CreateApprovalDefinition {
    pub fn into_command(self) -> CreateDefinition {
        let ApproverDto { role, user_id } = self.approver;
        CreateDefinition {
            id: self.id,
            terms: TermsInput {
                name: self.name,
                trigger: self.trigger,
                condition: self.condition.into(),
                approver: ApproverInput { role, user_id },
                requester_may_decide: self.requester_may_decide,
            },
        }
    }
}

impl TaskFilter {
    pub fn to_query(&self) -> ListTasks {
        let status = self.status.map(|status| match status {
            TaskStatusDto::Open => domain::TaskStatus::Open,
            TaskStatusDto::Approved => domain::TaskStatus::Approved,
            TaskStatusDto::Rejected => domain::TaskStatus::Rejected,
            TaskStatusDto::Cleared => domain::TaskStatus::Cleared,
        });
        ListTasks { status, mine: self.mine.unwrap_or(false) }
    }
}

impl From<&Definition> for ApprovalDefinitionDto {
    fn from(definition: &Definition) -> Self {
        let terms = &definition.terms;
        Self {
            id: definition.id,
            name: terms.name.clone(),
            trigger: terms.condition.trigger().into(),
            condition: terms.condition.into(),
            approver: terms.approver.into(),
            requester_may_decide: terms.requester_may_decide,
            status: definition.status.name(),
            published_at: definition.published_at,
            retired_at: definition.retired_at,
            created_at: definition.created_at,
            updated_at: definition.updated_at,
        }
    }
}

impl From<&Task> for ApprovalTaskDto {
    fn from(task: &Task) -> Self {
        let subject = task.held.subject();
        let (warehouse_id, variance) = match task.held {
            Held::Invoice { .. } => (None, None),
            Held::Count { warehouse, variance, .. } => (Some(warehouse), Some(variance.into())),
        };
        Self {
            id: task.id,
            definition_id: task.definition,
            subject: ApprovalSubjectDto { kind: subject.kind, id: subject.id },
            title: task.title.clone(),
            total: task.held.total(),
            warehouse_id,
            variance,
            approver: task.approver.into(),
            status: match task.status {
                domain::TaskStatus::Open => TaskStatusDto::Open,
                domain::TaskStatus::Approved => TaskStatusDto::Approved,
                domain::TaskStatus::Rejected => TaskStatusDto::Rejected,
                domain::TaskStatus::Cleared => TaskStatusDto::Cleared,
            },
            requested_by: task.requested_by,
            requester_may_decide: task.requester_may_decide,
            decided_by: task.decided_by,
            decided_at: task.decided_at,
            comment: task.comment.clone(),
            applied_at: task.applied_at,
            created_at: task.created_at,
            updated_at: task.updated_at,
        }
    }
}

impl From<ApprovalConditionDto> for ConditionInput {
    fn from(dto: ApprovalConditionDto) -> Self {
        let ApprovalConditionDto { total_over, quantity_over, value_over } = dto;
        Self { total_over, quantity_over, value_over }
    }
}

impl From<Condition> for ApprovalConditionDto {
    fn from(condition: Condition) -> Self {
        match condition {
            Condition::InvoiceTotal(total) => Self { total_over: Some(total), ..Self::default() },
            Condition::CountVariance(Variance::Quantity(quantity)) => {
                Self { quantity_over: Some(quantity), ..Self::default() }
            }
            Condition::CountVariance(Variance::Value(value)) => {
                Self { value_over: Some(value), ..Self::default() }
            }
        }
    }
}

impl From<Variance> for ApprovalVarianceDto {
    fn from(variance: Variance) -> Self {
        match variance {
            Variance::Quantity(quantity) => Self { quantity: Some(quantity), value: None },
            Variance::Value(value) => Self { quantity: None, value: Some(value) },
        }
    }
}

impl From<Approver> for ApproverDto {
    fn from(approver: Approver) -> Self {
        match approver {
            Approver::Role(role) => Self { role: Some(role.name().to_owned()), user_id: None },
            Approver::User(user) => Self { role: None, user_id: Some(user) },
        }
    }
}
