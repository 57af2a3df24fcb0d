//! An owner closes their tenant: within a second nothing of it passes. For a while operators can bring it back; then it is
//! erased. The work for that is written first, in the tenant that is none: what is cut off between the two leaves a job with
//! nothing to do, and never a closed tenant that stays.

use crate::app::App;
use crate::domain::TenantClosureId;
use crate::error::Error;
use crate::jobs::EraseTenant;
use crate::service::leaving::show_closure::Closure;
use crate::service::sessions::fresh;
use crate::store::tenant_closure::NewClosure;
use crate::store::{tenant, tenant_closure, user};
use chrono::{DateTime, Utc};
use data::{ActAs, AuditEntry, JobOptions};
use kernel::id::PLATFORM;
use kernel::{Actor, Ctx, Faults};
use serde_json::json;

pub struct CloseTenant {
    /// What the tenant is called, so that nobody closes another.
    pub name: String,
}

pub async fn close_tenant(app: &App, ctx: &Ctx, command: CloseTenant) -> Result<Closure, Error> {
    let &Actor::User { id: owner } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let read = app.databases.read(ctx).await?;
    may_close(tenant::own(&read).await?, &command)?;
    drop(read);
    let id: TenantClosureId = ctx.new_id();
    let erases_at = ctx.now() + app.settings.closed_tenant_kept();
    plan(app, ctx, id, erases_at).await?;
    let mut unit = app.databases.write(ctx).await?;
    let before = may_close(tenant::own_to_change(&unit).await?, &command)?;
    let address = user::by_id(&unit, owner).await?.map(|owner| owner.email);
    tenant::close(&unit, ctx, &before).await?.ok_or_else(Error::stale)?;
    let new = NewClosure { id, requested_by: owner, address, tenant_name: before.name.clone(), erases_at };
    let closed = tenant_closure::insert(&unit, ctx, new).await?;
    unit.audit(AuditEntry {
        action: "users.tenant.close",
        resource: "tenant",
        resource_id: ctx.tenant().uuid(),
        before: Some(json!({ "state": before.state()?.name() })),
        after: Some(json!({ "state": "closed", "erases_at": erases_at })),
    })?;
    Ok(unit.commit(Closure::of(closed)?).await?)
}

fn may_close(own: Option<tenant::Model>, command: &CloseTenant) -> Result<tenant::Model, Error> {
    let own = own.ok_or(Error::NotAMember)?;
    if !own.is_active() {
        return Err(Error::TenantState { state: own.state()?.name() });
    }
    let mut faults = Faults::new();
    faults.require(
        command.name.trim() == own.name,
        "/name",
        "another_name",
        "must be what the tenant is called",
    );
    faults.finish(own).map_err(Error::invalid)
}

async fn plan(app: &App, ctx: &Ctx, closure: TenantClosureId, at: DateTime<Utc>) -> Result<(), Error> {
    let nowhere = ctx.visitor().enter(PLATFORM, "users");
    let job = EraseTenant { closure, tenant: ctx.tenant(), erases_at: at };
    let mut unit = app.databases.write(&nowhere).await?;
    unit.enqueue(&job, JobOptions { run_at: Some(at), act_as: ActAs::System, ..JobOptions::default() })?;
    Ok(unit.commit(()).await?)
}
