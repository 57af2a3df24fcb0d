//! Gives entries without a leaf theirs: those from before the log had a tree, and those that nodes of the version
//! before write while this one is rolled out. In batches with a transaction each, so that nobody who appends waits
//! for it long.

use crate::app::App;
use crate::domain::AuditEntryId;
use crate::error::Error;
use crate::service::audit::tree;
use crate::service::audit_streams::wake_audit_streams::wake_audit_streams;
use crate::store::{audit_backlog, audit_entry, audit_tree, audit_unsealed};
use kernel::Ctx;
use std::collections::BTreeMap;

const BATCH: u64 = 1_000;
const MOST_BATCHES: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    Everything,
    /// There is more, for another time.
    Partly,
}

/// Of all tenants, as nobody in particular.
pub async fn seal_audit_entries(app: &App, ctx: &Ctx) -> Result<Sealed, Error> {
    for _ in 0..MOST_BATCHES {
        let system = app.databases.system_read("audit log: whose entries have no leaf yet").await?;
        let tenant = match audit_unsealed::first_tenant(&system).await? {
            Some(tenant) => Some(tenant),
            None => audit_backlog::first_tenant(&system).await?,
        };
        drop(system);
        let Some(tenant) = tenant else { return Ok(Sealed::Everything) };
        seal_some(app, &ctx.visitor().enter(tenant, "users")).await?;
    }
    Ok(Sealed::Partly)
}

/// Of the caller's tenant; whether there may be more.
pub async fn seal_some(app: &App, ctx: &Ctx) -> Result<bool, Error> {
    let read = app.databases.read(ctx).await?;
    let is_behind = audit_backlog::is_there(&read).await?;
    let some_wait = is_behind || !audit_unsealed::first(&read, 1).await?.is_empty();
    drop(read);
    if !some_wait {
        return Ok(false);
    }
    let mut unit = app.databases.write(ctx).await?;
    // Whoever does the same at the same time is waited for here, and what they have sealed is not there any more then.
    audit_tree::to_append(&unit, ctx).await?;
    let was_behind = audit_backlog::take_up(&unit, BATCH).await?;
    let waiting = audit_unsealed::first(&unit, BATCH).await?;
    if let Some(last) = waiting.last() {
        let ids: Vec<AuditEntryId> = waiting.iter().map(|row| row.public_id).collect();
        let found = audit_entry::of_ids(&unit, ids.clone()).await?;
        let mut found: BTreeMap<_, _> = found.into_iter().map(|entry| (entry.public_id, entry)).collect();
        let in_order: Vec<_> = ids.iter().filter_map(|id| found.remove(id)).collect();
        tree::grow(&unit, ctx, &in_order).await?;
        wake_audit_streams(&mut unit).await?;
        audit_unsealed::remove_sealed(&unit, last.id).await?;
    }
    Ok(unit.commit(was_behind || waiting.len() as u64 == BATCH).await?)
}
