//! An operator brings back a tenant that its owner closed, as long as nothing of it is erased.

use crate::app::App;
use crate::error::Error;
use crate::service::platform::platform_tenant::{self as view, PlatformTenant};
use crate::store::{tenant, tenant_closure};
use data::AuditEntry;
use kernel::{Ctx, TenantId};
use serde_json::json;

pub async fn reopen_tenant(app: &App, ctx: &Ctx, id: TenantId) -> Result<PlatformTenant, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = tenant::by_id_to_change(&unit, id).await?.ok_or(Error::NoSuchTenant)?;
    let former = before.state()?.name();
    let closure = match before.closed_at {
        Some(_) => tenant_closure::newest_of_to_change(&unit, id).await?,
        None => return Err(Error::TenantState { state: former }),
    };
    let closure = closure.ok_or(Error::ClosureNotFound)?;
    if !tenant_closure::reopen(&unit, ctx, closure.public_id).await? {
        return Err(Error::TenantState { state: closure.state()?.name() });
    }
    let after = tenant::reopen(&unit, ctx, &before).await?.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "users.tenant.reopen",
        resource: "tenant",
        resource_id: id.uuid(),
        before: Some(json!({ "state": former, "erases_at": closure.erases_at })),
        after: Some(json!({ "state": after.state()?.name() })),
    })?;
    Ok(unit.commit(view::of(after)?).await?)
}
