//! Nothing comes of a count. Nobody needs to decide about it any more.

use crate::App;
use crate::domain::count::{Count, CountStep, after};
use crate::error::Error;
use crate::store;
use crate::store::count::Progress;
use data::AuditEntry;
use inventory_contract::{CountCancelled, CountId};
use kernel::Ctx;
use serde_json::json;

pub async fn cancel_count(app: &App, ctx: &Ctx, id: CountId) -> Result<Count, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = store::count::find_to_change(&unit, id).await?.ok_or(Error::CountNotFound)?;
    let status =
        after(before.status, CountStep::Cancel).ok_or(Error::CountState { status: before.status })?;
    let cleared = store::count_hold::clear(&unit, id).await?;
    let count = store::count::advance(&unit, id, Progress { status, ..Progress::of(&before) }).await?;
    unit.publish(&CountCancelled { count: id, cleared })?;
    unit.audit(AuditEntry {
        action: "inventory.count.cancel",
        resource: "count",
        resource_id: id.uuid(),
        before: Some(json!({ "status": before.status })),
        after: Some(json!({ "status": count.status })),
    })?;
    Ok(unit.commit(count).await?)
}
