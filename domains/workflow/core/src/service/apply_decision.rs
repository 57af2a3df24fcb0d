//! Tells billing or inventory what was decided. Either answers a repeat like the first time, so a crash before the mark
//! is mended by running it again.

use super::read_tasks::get_task;
use super::{App, holders, json};
use crate::error::Error;
use crate::store::tasks;
use data::AuditEntry;
use kernel::Ctx;
use workflow_contract::TaskId;

pub async fn apply_decision(app: &App, ctx: &Ctx, id: TaskId) -> Result<(), Error> {
    let task = get_task(app, ctx, id).await?;
    if task.applied_at.is_some() {
        return Ok(());
    }
    let (Some(decision), Some(decided_by)) = (task.status.decision(), task.decided_by) else {
        return Err(Error::NotApplicable { reason: "the task is not decided".to_owned() });
    };
    holders::tell_decision(app, ctx, &task, decision, decided_by).await?;

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
