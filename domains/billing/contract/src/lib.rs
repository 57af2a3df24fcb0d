//! What others may know of billing: the hold rules that make an invoice wait for a decision, the decisions, and
//! what billing announces. All calls are idempotent: the same call again gives the same answer.

use chrono::{DateTime, Utc};
use kernel::contract::Cause;
use kernel::{Ctx, Money, UserId};
use macros::{DomainEvent, RemoteError, contract};
use serde::{Deserialize, Serialize};

kernel::typed_id!(CustomerId, CustomerKind, "customer");
kernel::typed_id!(ProductId, ProductKind, "product");
kernel::typed_id!(PriceId, PriceKind, "price");
kernel::typed_id!(SubscriptionId, SubscriptionKind, "subscription");
kernel::typed_id!(InvoiceId, InvoiceKind, "invoice");
kernel::typed_id!(HoldRuleId, HoldRuleKind, "hold_rule");
kernel::typed_id!(HoldId, HoldKind, "hold");

/// How long the reason of a rejection may be; a longer one is `Invalid`.
pub const MAX_REASON_CHARACTERS: usize = 2_000;

#[contract]
pub trait Billing {
    /// From now on, finalizing an invoice of this currency with a greater total waits for a decision. A rule of
    /// the same id is replaced.
    async fn put_hold_rule(&self, ctx: &Ctx, request: PutHoldRule) -> Result<HoldRule, BillingError>;

    /// Invoices finalized from now on do not wait for it; holds it has put stay. An unknown rule is no error.
    async fn remove_hold_rule(&self, ctx: &Ctx, request: RemoveHoldRule) -> Result<(), BillingError>;

    /// The invoice becomes final when its last hold is released.
    async fn release_hold(&self, ctx: &Ctx, request: ReleaseHold) -> Result<InvoiceState, BillingError>;

    /// One rejection sends the invoice back to draft and clears its undecided holds.
    async fn reject_hold(&self, ctx: &Ctx, request: RejectHold) -> Result<InvoiceState, BillingError>;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutHoldRule {
    pub rule: HoldRuleId,
    pub name: String,
    /// Totals strictly over it are held, in its currency alone.
    pub total_over: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldRule {
    pub rule: HoldRuleId,
    pub name: String,
    pub total_over: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveHoldRule {
    pub rule: HoldRuleId,
}

/// `hold` is the event's: a rejected invoice that is finalized again gets new holds of the same rules, and a late
/// repeat of a decision on the first must not decide the second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseHold {
    pub invoice: InvoiceId,
    pub rule: HoldRuleId,
    pub hold: HoldId,
    pub decided_by: UserId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectHold {
    pub invoice: InvoiceId,
    pub rule: HoldRuleId,
    pub hold: HoldId,
    pub decided_by: UserId,
    /// At most [`MAX_REASON_CHARACTERS`].
    pub reason: Option<String>,
}

/// The invoice as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceState {
    pub invoice: InvoiceId,
    pub status: InvoiceStatus,
    pub number: Option<String>,
}

/// A rejected invoice is a draft again, with the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    Draft,
    PendingApproval,
    Open,
    Void,
}

#[derive(Debug, thiserror::Error, Serialize, Deserialize, RemoteError)]
pub enum BillingError {
    #[error("there is no such invoice")]
    InvoiceNotFound,
    /// Decided otherwise before, cleared by another's rejection, or never put on this invoice by this rule.
    #[error("the invoice is not held by this hold")]
    NotHeld,
    #[error("{detail}")]
    Invalid { detail: String },
    #[error("billing does not answer")]
    Unavailable(Cause),
    #[error("the deadline has passed")]
    DeadlineExceeded,
}

/// One for each hold: an invoice that two rules hold needs two decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "billing.invoice_pending_approval", version = 1, aggregate = invoice)]
pub struct InvoicePendingApproval {
    pub invoice: InvoiceId,
    pub rule: HoldRuleId,
    pub hold: HoldId,
    pub total: Money,
    pub customer_name: String,
    pub requested_by: Option<UserId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "billing.invoice_finalized", version = 1, aggregate = invoice)]
pub struct InvoiceFinalized {
    pub invoice: InvoiceId,
    pub number: String,
    pub customer: CustomerId,
    pub total: Money,
    pub finalized_at: DateTime<Utc>,
}

/// The invoice is a draft again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "billing.invoice_rejected", version = 1, aggregate = invoice)]
pub struct InvoiceRejected {
    pub invoice: InvoiceId,
    pub rule: HoldRuleId,
    pub hold: HoldId,
    pub rejected_by: UserId,
    pub reason: Option<String>,
    /// The holds of the invoice that were undecided: nobody needs to decide them any more. It may be heard before the
    /// `InvoicePendingApproval` of one of them.
    pub cleared: Vec<HoldId>,
}
