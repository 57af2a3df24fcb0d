//! Erases details of the log that are older than the tenant's policy keeps them, of all tenants that say so. The entries stay, and
//! say that it was erased. One tenant's are erased in a bounded piece with the entry that says how many, so it may be stopped
//! anywhere and goes on.

use crate::app::App;
use crate::error::Error;
use crate::store::audit_detail;
use crate::store::tenant_policy::{self, Retention};
use chrono::Duration;
use data::AuditEntry;
use kernel::Ctx;
use kernel::id::PLATFORM;
use serde_json::json;

const TENANTS: i64 = 100;
/// At most so many of a tenant in one run.
const MOST: i64 = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expired {
    Everything,
    /// There is more, for another run.
    Partly,
}

/// As nobody in particular.
pub async fn erase_old_audit_details(app: &App, ctx: &Ctx) -> Result<Expired, Error> {
    let (mut after, mut more) = (PLATFORM, false);
    loop {
        let system = app.databases.system_read("audit log: whose details are not kept for ever").await?;
        let tenants = tenant_policy::retentions(&system, after, TENANTS).await?;
        drop(system);
        let Some(last) = tenants.last() else { break };
        after = last.tenant_id;
        for retention in &tenants {
            more |= erase_of(app, ctx, *retention).await?;
        }
    }
    Ok(if more { Expired::Partly } else { Expired::Everything })
}

/// Whether there may be more.
async fn erase_of(app: &App, ctx: &Ctx, retention: Retention) -> Result<bool, Error> {
    let there = ctx.visitor().enter(retention.tenant_id, "users");
    let older_than = there.now() - Duration::days(retention.audit_detail_days);
    let mut unit = app.databases.write(&there).await?;
    let erased = audit_detail::erase_older(&unit, older_than, MOST).await?;
    if erased == 0 {
        return Ok(false);
    }
    unit.audit(AuditEntry {
        action: "users.audit_detail.expire",
        resource: "tenant",
        resource_id: retention.tenant_id.uuid(),
        before: Some(json!({ "erased": 0 })),
        after: Some(json!({
            "erased": erased, "older_than": older_than, "audit_detail_days": retention.audit_detail_days,
        })),
    })?;
    Ok(unit.commit(erased == MOST.unsigned_abs()).await?)
}
