//! Which features are on for a tenant. Asked with each request, so what operators said is kept for less than a second: what
//! they said of all tenants under one key, and what of each under its own. On the node where it is said it is forgotten at
//! once.

use crate::app::App;
use crate::domain::switch::is_on;
use crate::error::Error;
use crate::store::{switch, tenant_switch};
use data::Unit;
use kernel::switch::Switches;
use kernel::{Ctx, Switch, TenantId, Visitor};
use std::collections::BTreeMap;

const OF_ALL: &str = "all";

/// Where no domain declares a switch, nothing is asked.
pub async fn current(app: &App, visitor: &Visitor, tenant: TenantId) -> Result<Switches, Error> {
    let declared = app.switches.all();
    if declared.is_empty() {
        return Ok(Switches::default());
    }
    let ctx = visitor.enter(tenant, "users");
    let shares = app.switched.get_with(None, OF_ALL, || shares(app, &ctx)).await?.unwrap_or_default();
    let own = app.switched.get_with(None, &tenant.to_string(), || own(app, &ctx)).await?.unwrap_or_default();
    let on = declared.iter().filter(|switch| {
        is_on(switch, tenant, shares.get(switch.name).copied(), own.get(switch.name).copied())
    });
    Ok(on.map(|switch| switch.name).collect())
}

pub(super) fn declared(app: &App, name: &str) -> Result<Switch, Error> {
    let found = app.switches.all().iter().find(|switch| switch.name == name);
    found.copied().ok_or(Error::SwitchNotFound)
}

pub(super) fn names(app: &App) -> Vec<&'static str> {
    app.switches.all().iter().map(|switch| switch.name).collect()
}

pub(super) fn forget_shares(app: &App, unit: &mut Unit) {
    unit.forget_of_all(&app.switched, OF_ALL);
}

pub(super) fn forget_tenant(app: &App, unit: &mut Unit, tenant: TenantId) {
    unit.forget_of_all(&app.switched, tenant.to_string());
}

async fn shares(app: &App, ctx: &Ctx) -> Result<Option<BTreeMap<String, u8>>, Error> {
    let read = app.databases.read(ctx).await?;
    let rows = switch::all(&read, &names(app)).await?;
    Ok(Some(rows.into_iter().map(|row| (row.name.clone(), row.share())).collect()))
}

async fn own(app: &App, ctx: &Ctx) -> Result<Option<BTreeMap<String, bool>>, Error> {
    let read = app.databases.read(ctx).await?;
    let rows = tenant_switch::all(&read, ctx.tenant(), &names(app)).await?;
    Ok(Some(rows.into_iter().filter_map(|row| Some((row.name.clone(), row.on()?))).collect()))
}
