//! Says what the tenant asks of its members' sign-ins. Nobody locks themselves out by it: whom else it would keep out is
//! told by a dry run. Felt at once on this node, and within a second on all.

use crate::app::App;
use crate::domain::policy::LockOut;
use crate::domain::policy_change::PolicyChange;
use crate::error::Error;
use crate::permissions::POLICY_WRITE;
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::service::tenants::policy::{self as view, TenantPolicy};
use crate::store::{tenant, tenant_policy};
use data::AuditEntry;
use kernel::{Actor, Ctx, Faults};
use serde_json::json;

pub struct ChangePolicy {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected_version: Option<i64>,
    pub change: PolicyChange,
}

pub async fn change_policy(app: &App, ctx: &Ctx, command: ChangePolicy) -> Result<TenantPolicy, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let mut unit = app.databases.write(ctx).await?;
    // Held, so that of two who say the first word at once the second finds it there.
    tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    authority::hold(app, ctx, &unit, &POLICY_WRITE).await?;
    let before = tenant_policy::own(&unit).await?;
    let former = view::of(before.as_ref())?;
    if command.expected_version.is_some_and(|expected| expected != former.version) {
        return Err(Error::stale());
    }
    let mut faults = Faults::new();
    let policy = command.change.apply(&former.policy, &mut faults);
    let policy = faults.finish(policy).map_err(Error::invalid)?;
    if policy == former.policy {
        return Ok(unit.commit(former).await?);
    }
    let lock_out = view::lock_out(&unit, ctx, id, &policy).await?;
    if let Some(advice) = lock_out.map(LockOut::advice) {
        return Err(Error::PolicyLocksYouOut(advice));
    }
    let after = match &before {
        Some(row) => tenant_policy::change(&unit, row, &policy).await?.ok_or_else(Error::stale)?,
        None => tenant_policy::insert(&unit, ctx, &policy).await?,
    };
    unit.audit(AuditEntry {
        action: "users.policy.update",
        resource: "tenant_policy",
        resource_id: after.public_id.uuid(),
        before: Some(json!(former.policy)),
        after: Some(json!(policy)),
    })?;
    view::forget_holders(app, &mut unit).await?;
    Ok(unit.commit(view::of(Some(&after))?).await?)
}
