//! Tells billing what was decided. Billing answers a repeat like the first time, so a crash before the mark is
//! mended by running it again.

use super::read_tasks::get_task;
use super::{App, json, rule_of};
use crate::domain::Task;
use crate::error::Error;
use crate::store::tasks;
use billing_contract::{BillingError, InvoiceId, RejectHold, ReleaseHold};
use data::AuditEntry;
use kernel::{Ctx, UserId};
use workflow_contract::{Decision, TaskId};

pub async fn apply_decision(app: &App, ctx: &Ctx, id: TaskId) -> Result<(), Error> {
    let task = get_task(app, ctx, id).await?;
    if task.applied_at.is_some() {
        return Ok(());
    }
    let (Some(decision), Some(decided_by)) = (task.status.decision(), task.decided_by) else {
        return Err(Error::NotApplicable { reason: "the task is not decided".to_owned() });
    };
    tell(app, ctx, &task, decision, decided_by).await.map_err(Error::of_decision)?;

    let mut unit = app.databases.write(ctx).await?;
    let Some(after) = tasks::mark_applied(&unit, id, ctx.now()).await? else { return Ok(()) };
    unit.audit(AuditEntry {
        action: "workflow.task.apply",
        resource: "task",
        resource_id: id.uuid(),
        before: json(&task),
        after: json(&after),
    })?;
    Ok(unit.commit(()).await?)
}

async fn tell(
    app: &App,
    ctx: &Ctx,
    task: &Task,
    decision: Decision,
    decided_by: UserId,
) -> Result<(), BillingError> {
    let invoice = InvoiceId::from_uuid(task.subject.id);
    let (rule, hold) = (rule_of(task.definition), task.hold);
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
