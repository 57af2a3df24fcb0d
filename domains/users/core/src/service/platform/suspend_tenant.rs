//! An operator suspends a tenant: within a second nothing of it passes on any node. And how it is let back.

use crate::app::App;
use crate::domain::TenantState;
use crate::error::Error;
use crate::service::platform::platform_tenant::{self as view, PlatformTenant, audited};
use crate::store::tenant::{self, Terms};
use data::AuditEntry;
use kernel::{Ctx, Faults, TenantId};

const MAX_REASON: usize = 500;

pub async fn suspend_tenant(
    app: &App,
    ctx: &Ctx,
    id: TenantId,
    reason: &str,
) -> Result<PlatformTenant, Error> {
    let mut faults = Faults::new();
    let reason = faults.prose("/reason", reason, MAX_REASON);
    let reason = faults.finish(reason).map_err(Error::invalid)?;
    set_state(app, ctx, id, TenantState::Suspended, Some(reason)).await
}

pub async fn resume_tenant(app: &App, ctx: &Ctx, id: TenantId) -> Result<PlatformTenant, Error> {
    set_state(app, ctx, id, TenantState::Active, None).await
}

async fn set_state(
    app: &App,
    ctx: &Ctx,
    id: TenantId,
    state: TenantState,
    suspension_reason: Option<String>,
) -> Result<PlatformTenant, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = tenant::by_id_to_change(&unit, id).await?.ok_or(Error::NoSuchTenant)?;
    let former = view::terms(&before)?;
    if former.state == state || former.state == TenantState::Closed {
        return Err(Error::TenantState { state: former.state.name() });
    }
    let terms = Terms { state, suspension_reason, ..former.clone() };
    let after = tenant::set_terms(&unit, ctx, &before, &terms).await?.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: match state {
            TenantState::Suspended => "users.tenant.suspend",
            TenantState::Active | TenantState::Closed => "users.tenant.resume",
        },
        resource: "tenant",
        resource_id: id.uuid(),
        before: Some(audited(&former)),
        after: Some(audited(&terms)),
    })?;
    Ok(unit.commit(view::of(after)?).await?)
}
