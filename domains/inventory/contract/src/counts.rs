//! The hold rules that make a count wait for a decision, the decisions, and what is announced of counts. All calls are
//! idempotent: the same call again gives the same answer.

use crate::{CountHoldId, CountHoldRuleId, CountId, WarehouseId};
use chrono::{DateTime, Utc};
use kernel::{Money, Quantity, UserId};
use macros::DomainEvent;
use serde::{Deserialize, Serialize};

/// How long the reason of a rejection may be; a longer one is `Invalid`.
pub const MAX_REASON_CHARACTERS: usize = 500;

/// By how much a count is off, without a sign: what is missing here does not make good what is too much there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variance {
    /// Of one item, in its unit.
    Quantity(Quantity),
    /// Of all items that have a cost in this currency.
    Value(Money),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutHoldRule {
    pub rule: CountHoldRuleId,
    pub name: String,
    /// Counts that are off by strictly more are held.
    pub over: Variance,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldRule {
    pub rule: CountHoldRuleId,
    pub name: String,
    pub over: Variance,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveHoldRule {
    pub rule: CountHoldRuleId,
}

/// `hold` is the event's: a rejected count that is submitted again gets new holds of the same rules, and a late repeat of
/// a decision on the first must not decide the second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseHold {
    pub count: CountId,
    pub rule: CountHoldRuleId,
    pub hold: CountHoldId,
    pub decided_by: UserId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectHold {
    pub count: CountId,
    pub rule: CountHoldRuleId,
    pub hold: CountHoldId,
    pub decided_by: UserId,
    /// At most [`MAX_REASON_CHARACTERS`].
    pub reason: Option<String>,
}

/// The count as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountState {
    pub count: CountId,
    pub status: CountStatus,
}

/// A rejected count is open again, with the reason; so is one that was released and could not be posted any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountStatus {
    Open,
    PendingApproval,
    Posted,
    Cancelled,
}

/// One for each hold: a count that two rules hold needs two decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.count_held", version = 1, aggregate = count)]
pub struct CountHeld {
    pub count: CountId,
    pub rule: CountHoldRuleId,
    pub hold: CountHoldId,
    /// What it is off by, as the rule measures it.
    pub variance: Variance,
    pub warehouse: WarehouseId,
    pub warehouse_name: String,
    pub reason: String,
    pub requested_by: Option<UserId>,
}

/// What it was off by is in the ledger now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.count_posted", version = 1, aggregate = count)]
pub struct CountPosted {
    pub count: CountId,
    pub warehouse: WarehouseId,
    /// How many of its lines were off.
    pub adjustments: u64,
    pub posted_at: DateTime<Utc>,
}

/// The count is open again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.count_rejected", version = 1, aggregate = count)]
pub struct CountRejected {
    pub count: CountId,
    pub rule: CountHoldRuleId,
    pub hold: CountHoldId,
    pub rejected_by: UserId,
    pub reason: Option<String>,
    /// The holds of the count that were undecided: nobody needs to decide them any more. It may be heard before the
    /// `CountHeld` of one of them.
    pub cleared: Vec<CountHoldId>,
}

/// It was released, and could not be posted: the stock has moved too much since. It is open again, to be counted again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.count_returned", version = 1, aggregate = count)]
pub struct CountReturned {
    pub count: CountId,
    pub reason: String,
}

/// Nothing comes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.count_cancelled", version = 1, aggregate = count)]
pub struct CountCancelled {
    pub count: CountId,
    /// The holds that were undecided: nobody needs to decide them any more.
    pub cleared: Vec<CountHoldId>,
}
