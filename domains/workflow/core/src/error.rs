//! Everything a use case of this domain can fail with, and how each is told to a client.

use crate::domain::{DefinitionStatus, TaskStatus};
use billing_contract::BillingError;
use inventory_contract::InventoryError;
use kernel::contract::Cause;
use kernel::problem::DEADLINE_EXCEEDED;
use kernel::{FieldError, Problem};
use macros::Problems;
use std::time::Duration;
use users_contract::UsersError;
use workflow_contract::DefinitionId;

#[derive(Debug, thiserror::Error, Problems)]
pub enum Error {
    #[error("There is no definition with this id.")]
    #[problem(code = "workflow.definition_not_found", status = 404, title = "No such definition")]
    DefinitionNotFound,
    #[error("A definition with this id exists already.")]
    #[problem(code = "workflow.definition_exists", status = 409, title = "The definition exists already")]
    DefinitionExists,
    #[error(
        "The definition is {status}. Only a draft is published, and what is published never changes: make a new one."
    )]
    #[problem(
        code = "workflow.definition_not_a_draft",
        status = 409,
        title = "The definition is not a draft"
    )]
    DefinitionNotADraft { status: DefinitionStatus },
    #[error(
        "The approver is no member any more, or has a role that cannot decide: make a definition with another."
    )]
    #[problem(code = "workflow.approver_cannot_decide", status = 409, title = "The approver cannot decide")]
    ApproverCannotDecide,
    #[error("The hold rule is not taken: {detail}")]
    #[problem(code = "workflow.hold_rule_refused", status = 422, title = "The hold rule is not taken")]
    HoldRuleRefused { detail: String },
    /// Never seen by a client: an event that speaks of a rule which is not ours.
    #[error("Something is held by the rule {rule}, which is no definition of this tenant.")]
    #[problem(code = "workflow.unknown_hold_rule", status = 404, title = "No definition for this hold rule")]
    UnknownHoldRule { rule: DefinitionId },
    #[error("There is no task with this id.")]
    #[problem(code = "workflow.task_not_found", status = 404, title = "No such task")]
    TaskNotFound,
    #[error("A decision is a person's: sign in as yourself. An API key decides nothing.")]
    #[problem(code = "workflow.person_required", status = 403, title = "A person must decide")]
    PersonRequired,
    #[error("You asked for this approval yourself, and its definition leaves the decision to another.")]
    #[problem(
        code = "workflow.requester_may_not_decide",
        status = 403,
        title = "Whoever asks may not decide"
    )]
    RequesterMayNotDecide,
    #[error(
        "Another approver has rejected it, or the count is cancelled: nobody needs to decide this task any more."
    )]
    #[problem(code = "workflow.task_cleared", status = 409, title = "The task was cleared")]
    TaskCleared,
    #[error("The task was {status} before.")]
    #[problem(code = "workflow.task_already_decided", status = 409, title = "The task is already decided")]
    TaskAlreadyDecided { status: TaskStatus },
    #[error("{wanted}")]
    #[problem(code = "workflow.not_an_approver", status = 403, title = "Not an approver of this task")]
    NotAnApprover { wanted: String },
    /// Never seen by a client: what the job that applies a decision ends with.
    #[error("The decision cannot be applied: {reason}.")]
    #[problem(
        code = "workflow.decision_not_applicable",
        status = 409,
        title = "The decision cannot be applied"
    )]
    NotApplicable { reason: String },
    #[error(transparent)]
    #[problem(transparent)]
    Data(#[from] data::Error),
    #[error(transparent)]
    #[problem(transparent)]
    Other(#[from] Problem),
}

impl Error {
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::Other(Problem::invalid(errors))
    }

    /// For a decision that came too late.
    pub fn not_open(status: TaskStatus) -> Self {
        match status {
            TaskStatus::Cleared => Self::TaskCleared,
            status => Self::TaskAlreadyDecided { status },
        }
    }

    pub fn of_users(error: UsersError) -> Self {
        match error {
            UsersError::DeadlineExceeded => too_late("users"),
            UsersError::Unavailable(cause) => unavailable(cause),
            UsersError::MemberNotFound => Self::Other(Problem::internal(error)),
        }
    }

    /// For the calls about hold rules.
    pub fn of_hold_rule(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid { detail } => Self::HoldRuleRefused { detail },
            Refusal::NotHeld { reason } => Self::Other(Problem::internal(reason)),
            Refusal::Unavailable(cause) => unavailable(cause),
            Refusal::TooLate { domain } => too_late(domain),
        }
    }

    /// For the calls that apply a decision: what will not be otherwise next time is `NotApplicable`.
    pub fn of_decision(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid { detail: reason } | Refusal::NotHeld { reason } => {
                Self::NotApplicable { reason }
            }
            Refusal::Unavailable(cause) => unavailable(cause),
            Refusal::TooLate { domain } => too_late(domain),
        }
    }
}

/// What a domain that holds things has answered in place of doing it.
#[derive(Debug)]
pub enum Refusal {
    Invalid {
        detail: String,
    },
    /// There is no such thing, or it is not held by this hold.
    NotHeld {
        reason: String,
    },
    Unavailable(Cause),
    TooLate {
        domain: &'static str,
    },
}

impl From<BillingError> for Refusal {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::Invalid { detail } => Self::Invalid { detail },
            BillingError::InvoiceNotFound | BillingError::NotHeld => {
                Self::NotHeld { reason: error.to_string() }
            }
            BillingError::Unavailable(cause) => Self::Unavailable(cause),
            BillingError::DeadlineExceeded => Self::TooLate { domain: "billing" },
        }
    }
}

impl From<InventoryError> for Refusal {
    fn from(error: InventoryError) -> Self {
        match error {
            InventoryError::Invalid { detail } => Self::Invalid { detail },
            InventoryError::ItemNotFound | InventoryError::CountNotFound | InventoryError::NotHeld => {
                Self::NotHeld { reason: error.to_string() }
            }
            InventoryError::Unavailable(cause) => Self::Unavailable(cause),
            InventoryError::DeadlineExceeded => Self::TooLate { domain: "inventory" },
        }
    }
}

fn unavailable(cause: Cause) -> Error {
    Error::Other(Problem::unavailable(cause.into_inner()))
}

fn too_late(domain: &str) -> Error {
    let problem =
        Problem::new(DEADLINE_EXCEEDED, format!("The answer of {domain} took too long. Try again shortly."));
    Error::Other(problem.with_retry_after(Duration::from_secs(1)))
}
