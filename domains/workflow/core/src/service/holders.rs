//! The domains that hold things, billing and inventory, behind one door: which of the two contracts is called is all that
//! an invoice's approval and a count's differ in. Both answer a repeat like the first time.

use super::App;
use crate::domain::{Condition, Definition, Held, Task};
use crate::error::{Error, Refusal};
use billing_contract::{HoldId, HoldRuleId, InvoiceId};
use inventory_contract::{CountHoldId, CountHoldRuleId, CountId};
use kernel::{Ctx, UserId};
use workflow_contract::{Decision, DefinitionId};

/// A definition and its hold rule have one id, so that neither side stores the other's.
pub async fn put_hold_rule(app: &App, ctx: &Ctx, definition: &Definition) -> Result<(), Error> {
    let name = definition.terms.name.clone();
    let put = match definition.terms.condition {
        Condition::InvoiceTotal(total_over) => {
            let rule = billing_contract::PutHoldRule { rule: billing_rule(definition.id), name, total_over };
            app.billing.put_hold_rule(ctx, rule).await.map(drop).map_err(Refusal::from)
        }
        Condition::CountVariance(over) => {
            let rule = inventory_contract::PutHoldRule { rule: inventory_rule(definition.id), name, over };
            app.inventory.put_hold_rule(ctx, rule).await.map(drop).map_err(Refusal::from)
        }
    };
    put.map_err(Error::of_hold_rule)
}

pub async fn remove_hold_rule(app: &App, ctx: &Ctx, definition: &Definition) -> Result<(), Error> {
    let removed = match definition.terms.condition {
        Condition::InvoiceTotal(_) => {
            let rule = billing_contract::RemoveHoldRule { rule: billing_rule(definition.id) };
            app.billing.remove_hold_rule(ctx, rule).await.map_err(Refusal::from)
        }
        Condition::CountVariance(_) => {
            let rule = inventory_contract::RemoveHoldRule { rule: inventory_rule(definition.id) };
            app.inventory.remove_hold_rule(ctx, rule).await.map_err(Refusal::from)
        }
    };
    removed.map_err(Error::of_hold_rule)
}

pub async fn tell_decision(
    app: &App,
    ctx: &Ctx,
    task: &Task,
    decision: Decision,
    decided_by: UserId,
) -> Result<(), Error> {
    let told = match task.held {
        Held::Invoice { invoice, hold, .. } => {
            tell_billing(app, ctx, (invoice, hold), task, decision, decided_by).await
        }
        Held::Count { count, hold, .. } => {
            tell_inventory(app, ctx, (count, hold), task, decision, decided_by).await
        }
    };
    told.map_err(Error::of_decision)
}

async fn tell_billing(
    app: &App,
    ctx: &Ctx,
    (invoice, hold): (InvoiceId, HoldId),
    task: &Task,
    decision: Decision,
    decided_by: UserId,
) -> Result<(), Refusal> {
    use billing_contract::{RejectHold, ReleaseHold};
    let rule = billing_rule(task.definition);
    match decision {
        Decision::Approved => {
            app.billing.release_hold(ctx, ReleaseHold { invoice, rule, hold, decided_by }).await?;
        }
        Decision::Rejected => {
            let reason = task.comment.clone();
            app.billing.reject_hold(ctx, RejectHold { invoice, rule, hold, decided_by, reason }).await?;
        }
    }
    Ok(())
}

async fn tell_inventory(
    app: &App,
    ctx: &Ctx,
    (count, hold): (CountId, CountHoldId),
    task: &Task,
    decision: Decision,
    decided_by: UserId,
) -> Result<(), Refusal> {
    use inventory_contract::{RejectHold, ReleaseHold};
    let rule = inventory_rule(task.definition);
    match decision {
        Decision::Approved => {
            app.inventory.release_hold(ctx, ReleaseHold { count, rule, hold, decided_by }).await?;
        }
        Decision::Rejected => {
            let reason = task.comment.clone();
            app.inventory.reject_hold(ctx, RejectHold { count, rule, hold, decided_by, reason }).await?;
        }
    }
    Ok(())
}

fn billing_rule(definition: DefinitionId) -> HoldRuleId {
    HoldRuleId::from_uuid(definition.uuid())
}

fn inventory_rule(definition: DefinitionId) -> CountHoldRuleId {
    CountHoldRuleId::from_uuid(definition.uuid())
}
