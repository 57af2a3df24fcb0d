//! Gives the caller's tenant another name.

use crate::app::App;
use crate::error::Error;
use crate::service::tenants::show_tenant::Tenant;
use crate::store::tenant;
use data::AuditEntry;
use kernel::{Ctx, Faults};
use serde_json::json;

const MAX_NAME: usize = 100;

pub struct RenameTenant {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected_version: Option<i64>,
    /// `None` leaves it as it is.
    pub name: Option<String>,
}

pub async fn rename_tenant(app: &App, ctx: &Ctx, command: RenameTenant) -> Result<Tenant, Error> {
    let mut faults = Faults::new();
    let name = command.name.map(|name| faults.text("/name", &name, MAX_NAME));
    let mut unit = app.databases.write(ctx).await?;
    let before = tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    if command.expected_version.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    let Some(name) = faults.finish(name).map_err(Error::invalid)?.filter(|name| *name != before.name) else {
        return Ok(unit.commit(Tenant::from(before)).await?);
    };
    let after = tenant::rename(&unit, ctx, before.version, &name).await?.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "users.tenant.rename",
        resource: "tenant",
        resource_id: ctx.tenant().uuid(),
        before: Some(json!({ "name": before.name })),
        after: Some(json!({ "name": after.name })),
    })?;
    Ok(unit.commit(Tenant::from(after)).await?)
}
