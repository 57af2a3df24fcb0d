//! Features that are not on for every tenant: for how many, and for one tenant whether.

use crate::app::App;
use crate::domain::switch::is_on;
use crate::error::Error;
use crate::service::platform::audit_look::{Look, LookedAt, audit_look};
use crate::service::platform::switches::{declared, names};
use crate::store::{switch, tenant, tenant_switch};
use kernel::{Ctx, Switch, TenantId};
use serde_json::json;

const OF_ALL: &str = "users.switch.read";
const OF_ONE: &str = "users.tenant_switch.read";

/// For how many tenants in a hundred a feature is on.
#[derive(Clone, Debug)]
pub struct SharedSwitch {
    pub switch: Switch,
    /// As operators say, or as declared.
    pub share_percent: u8,
    /// 0 where operators said nothing.
    pub version: i64,
}

/// What operators said of it for one tenant, and what comes of that.
#[derive(Clone, Debug)]
pub struct TenantSwitch {
    pub switch: Switch,
    /// `None`: the share decides.
    pub own: Option<bool>,
    pub is_on: bool,
    /// 0 where operators said nothing.
    pub version: i64,
}

pub async fn all(app: &App, ctx: &Ctx) -> Result<Vec<SharedSwitch>, Error> {
    let read = app.databases.read(ctx).await?;
    let rows = switch::all(&read, &names(app)).await?;
    drop(read);
    audit_look(app, ctx, Look { action: OF_ALL, at: LookedAt::Installation, asked: None }).await?;
    let of = |switch: &Switch| shared(*switch, rows.iter().find(|row| row.name == switch.name));
    Ok(app.switches.all().iter().map(of).collect())
}

pub async fn one(app: &App, ctx: &Ctx, name: &str) -> Result<SharedSwitch, Error> {
    let switch = declared(app, name)?;
    let read = app.databases.read(ctx).await?;
    let row = switch::by_name(&read, name).await?;
    drop(read);
    let asked = Some(json!({ "name": name }));
    audit_look(app, ctx, Look { action: OF_ALL, at: LookedAt::Installation, asked }).await?;
    Ok(shared(switch, row.as_ref()))
}

pub async fn all_of_tenant(app: &App, ctx: &Ctx, id: TenantId) -> Result<Vec<TenantSwitch>, Error> {
    let read = app.databases.read(ctx).await?;
    tenant::by_id(&read, id).await?.ok_or(Error::NoSuchTenant)?;
    let shares = switch::all(&read, &names(app)).await?;
    let own = tenant_switch::all(&read, id, &names(app)).await?;
    drop(read);
    audit_look(app, ctx, Look { action: OF_ONE, at: LookedAt::Tenant(id), asked: None }).await?;
    let of = |switch: &Switch| {
        let share = shares.iter().find(|row| row.name == switch.name);
        of_tenant(*switch, id, share, own.iter().find(|row| row.name == switch.name))
    };
    Ok(app.switches.all().iter().map(of).collect())
}

pub async fn one_of_tenant(app: &App, ctx: &Ctx, id: TenantId, name: &str) -> Result<TenantSwitch, Error> {
    let switch = declared(app, name)?;
    let read = app.databases.read(ctx).await?;
    tenant::by_id(&read, id).await?.ok_or(Error::NoSuchTenant)?;
    let share = switch::by_name(&read, name).await?;
    let own = tenant_switch::by_name(&read, id, name).await?;
    drop(read);
    let asked = Some(json!({ "name": name }));
    audit_look(app, ctx, Look { action: OF_ONE, at: LookedAt::Tenant(id), asked }).await?;
    Ok(of_tenant(switch, id, share.as_ref(), own.as_ref()))
}

pub(super) fn shared(switch: Switch, row: Option<&switch::Model>) -> SharedSwitch {
    SharedSwitch {
        share_percent: row.map_or(switch.share_percent, switch::Model::share),
        version: row.map_or(0, |row| row.version),
        switch,
    }
}

pub(super) fn of_tenant(
    switch: Switch,
    tenant: TenantId,
    share: Option<&switch::Model>,
    own: Option<&tenant_switch::Model>,
) -> TenantSwitch {
    let said = own.and_then(tenant_switch::Model::on);
    TenantSwitch {
        is_on: is_on(&switch, tenant, share.map(switch::Model::share), said),
        own: said,
        version: own.map_or(0, |row| row.version),
        switch,
    }
}
