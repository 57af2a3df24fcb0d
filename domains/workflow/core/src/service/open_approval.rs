//! Opens the task that a hold asks for, once per hold however often it is announced, and never for one that is cleared.

use super::{App, json};
use crate::domain::{Announced, NewTask};
use crate::error::Error;
use crate::store::{definitions, holds, tasks};
use data::AuditEntry;
use kernel::Ctx;
use workflow_contract::TaskOpened;

pub async fn open_approval(app: &App, ctx: &Ctx, hold: Announced) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    if !holds::take_up(&unit, ctx, hold.held.hold()).await? {
        return Ok(unit.commit(()).await?);
    }
    let definition = definitions::find(&unit, hold.definition).await?;
    let definition = definition.ok_or(Error::UnknownHoldRule { rule: hold.definition })?;
    let task = tasks::insert(&unit, ctx.new_id(), &NewTask::of_hold(&definition, hold)).await?;
    unit.publish(&TaskOpened {
        task: task.id,
        definition: task.definition,
        subject: task.held.subject(),
        title: task.title.clone(),
        total: task.held.total(),
        approver: task.approver,
        requested_by: task.requested_by,
    })?;
    unit.audit(AuditEntry {
        action: "workflow.task.open",
        resource: "task",
        resource_id: task.id.uuid(),
        before: None,
        after: json(&task),
    })?;
    Ok(unit.commit(()).await?)
}
