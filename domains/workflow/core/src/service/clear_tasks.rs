//! Closes the tasks that a rejection or a cancelled count has made needless, and keeps their holds in mind: of the events that announced them
//! one may come later, and must not open a task that nobody can use.

use super::{App, json};
use crate::error::Error;
use crate::store::{holds, tasks};
use data::AuditEntry;
use kernel::Ctx;
use uuid::Uuid;

pub async fn clear_tasks(app: &App, ctx: &Ctx, cleared: Vec<Uuid>) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    // The holds come first: on them this waits for tasks that are being opened, and then finds those too.
    holds::clear(&unit, ctx, &cleared).await?;
    for task in tasks::clear(&unit, cleared).await? {
        unit.audit(AuditEntry {
            action: "workflow.task.clear",
            resource: "task",
            resource_id: task.id.uuid(),
            before: Some(serde_json::json!({ "status": "open" })),
            after: json(&task),
        })?;
    }
    Ok(unit.commit(()).await?)
}
