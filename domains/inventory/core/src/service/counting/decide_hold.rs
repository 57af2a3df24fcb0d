//! A decision on a hold. The same decision again changes nothing and tells how the count is now.

use crate::App;
use crate::domain::count::{Count, CountStep, HoldStatus, Totals, after, check_reason};
use crate::error::Error;
use crate::service::counting::post_count::post_count;
use crate::store;
use crate::store::count::Progress;
use crate::store::count_hold::HoldRef;
use data::{AuditEntry, Unit};
use inventory_contract::{CountRejected, CountReturned, CountStatus};
use kernel::{Ctx, UserId};
use serde_json::json;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Release,
    Reject { reason: Option<String> },
}

pub async fn decide_hold(
    app: &App,
    ctx: &Ctx,
    hold: HoldRef,
    decided_by: UserId,
    decision: Decision,
) -> Result<Count, Error> {
    if let Decision::Reject { reason: Some(reason) } = &decision {
        check_reason(reason).map_err(Error::invalid)?;
    }
    let status = match decision {
        Decision::Release => HoldStatus::Released,
        Decision::Reject { .. } => HoldStatus::Rejected,
    };
    let mut unit = app.databases.write(ctx).await?;
    let before = store::count::find_to_change(&unit, hold.count).await?.ok_or(Error::CountNotFound)?;
    let decided = before.status == CountStatus::PendingApproval
        && store::count_hold::decide(&unit, ctx, hold, status, decided_by).await?;
    if !decided {
        let same = store::count_hold::status(&unit, hold).await? == Some(status);
        return if same { Ok(before) } else { Err(Error::CountNotHeld) };
    }
    let count = match decision {
        Decision::Release => release(&mut unit, ctx, &before).await?,
        Decision::Reject { reason } => reject(&mut unit, &before, hold, decided_by, reason).await?,
    };
    unit.audit(AuditEntry {
        action: match status {
            HoldStatus::Released => "inventory.count.release_hold",
            _ => "inventory.count.reject_hold",
        },
        resource: "count",
        resource_id: count.id.uuid(),
        before: Some(json!({ "status": before.status })),
        after: Some(json!({
            "status": count.status,
            "hold": status.name(),
            "hold_rule_id": hold.rule,
            "decided_by": decided_by,
            "returned_reason": count.returned_reason,
        })),
    })?;
    Ok(unit.commit(count).await?)
}

/// The last release posts it. What moved meanwhile may forbid that; then it is to be counted again, and is not left waiting
/// for a decision that was made.
async fn release(unit: &mut Unit, ctx: &Ctx, count: &Count) -> Result<Count, Error> {
    if store::count_hold::undecided(unit, count.id).await? > 0 {
        return Ok(count.clone());
    }
    let lines = store::count_line::of(unit, count.id).await?;
    match post_count(unit, ctx, count, &lines).await? {
        Ok(posted) => Ok(posted),
        Err(not) => {
            let reason = Error::from(not).to_string();
            unit.publish(&CountReturned { count: count.id, reason: reason.clone() })?;
            give_back(unit, count, Some(reason)).await
        }
    }
}

async fn reject(
    unit: &mut Unit,
    count: &Count,
    hold: HoldRef,
    rejected_by: UserId,
    reason: Option<String>,
) -> Result<Count, Error> {
    let cleared = store::count_hold::clear(unit, count.id).await?;
    let HoldRef { count: id, rule, hold } = hold;
    let event = CountRejected { count: id, rule, hold, rejected_by, reason: reason.clone(), cleared };
    unit.publish(&event)?;
    give_back(unit, count, reason).await
}

/// Open again, and as blind as it was.
async fn give_back(unit: &Unit, count: &Count, reason: Option<String>) -> Result<Count, Error> {
    let status = after(count.status, CountStep::Return).ok_or(Error::CountState { status: count.status })?;
    store::count_line::clear_variances(unit, count.id).await?;
    let totals = Totals { off: None, ..count.totals };
    let progress =
        Progress { status, totals, submitted: None, returned_reason: reason, ..Progress::of(count) };
    Ok(store::count::advance(unit, count.id, progress).await?)
}
