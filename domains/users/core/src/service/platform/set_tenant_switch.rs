//! An operator says whether a feature is on for one tenant, whatever its share, or takes that back. Felt at once on this
//! node and within a second on all.

use crate::app::App;
use crate::error::Error;
use crate::service::platform::show_switches::{TenantSwitch, of_tenant};
use crate::service::platform::switches::{declared, forget_tenant};
use crate::store::{switch, tenant, tenant_switch};
use data::AuditEntry;
use kernel::{Ctx, Switch, TenantId};
use serde_json::json;

#[derive(Clone, Copy)]
pub struct SetTenantSwitch {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected_version: Option<i64>,
    /// `None`: the share decides again.
    pub on: Option<bool>,
}

pub async fn set_tenant_switch(
    app: &App,
    ctx: &Ctx,
    id: TenantId,
    name: &str,
    command: SetTenantSwitch,
) -> Result<TenantSwitch, Error> {
    let switch = declared(app, name)?;
    match write(app, ctx, id, switch, command).await {
        // Two speak of it for the first time at once: the slower finds it there.
        Err(Error::Data(error)) if tenant_switch::is_there(&error) => {
            write(app, ctx, id, switch, command).await
        }
        outcome => outcome,
    }
}

async fn write(
    app: &App,
    ctx: &Ctx,
    id: TenantId,
    switch: Switch,
    command: SetTenantSwitch,
) -> Result<TenantSwitch, Error> {
    let mut unit = app.databases.write(ctx).await?;
    tenant::by_id(&unit, id).await?.ok_or(Error::NoSuchTenant)?;
    let share = switch::by_name(&unit, switch.name).await?;
    let before = tenant_switch::by_name_to_change(&unit, id, switch.name).await?;
    let former = of_tenant(switch, id, share.as_ref(), before.as_ref());
    if command.expected_version.is_some_and(|expected| expected != former.version) {
        return Err(Error::stale());
    }
    if command.on == former.own {
        return Ok(unit.commit(former).await?);
    }
    let after = match &before {
        Some(row) => tenant_switch::set(&unit, ctx, row, command.on).await?.ok_or_else(Error::stale)?,
        None => tenant_switch::insert(&unit, ctx, id, switch.name, command.on).await?,
    };
    unit.audit(AuditEntry {
        action: "users.tenant.switch",
        resource: "tenant",
        resource_id: id.uuid(),
        before: Some(json!({ "name": switch.name, "on": former.own })),
        after: Some(json!({ "name": switch.name, "on": command.on })),
    })?;
    forget_tenant(app, &mut unit, id);
    Ok(unit.commit(of_tenant(switch, id, share.as_ref(), Some(&after))).await?)
}
