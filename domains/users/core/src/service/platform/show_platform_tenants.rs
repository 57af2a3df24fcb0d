//! All tenants, for those who operate the installation.

use crate::app::App;
use crate::domain::TenantState;
use crate::error::Error;
use crate::service::platform::audit_look::{Look, LookedAt, audit_look};
use crate::service::platform::platform_tenant::{self as view, PlatformTenant};
use crate::store::tenant;
use kernel::{Ctx, Page, PageRequest, TenantId};
use serde_json::json;

const ACTION: &str = "users.tenant.read";

pub async fn list(
    app: &App,
    ctx: &Ctx,
    state: Option<TenantState>,
    request: &PageRequest,
) -> Result<Page<PlatformTenant>, Error> {
    let read = app.databases.read(ctx).await?;
    let found = tenant::page(&read, state, request).await?.try_map(view::of)?;
    drop(read);
    let asked = json!({ "state": state.map(TenantState::name), "page": request });
    audit_look(app, ctx, Look { action: ACTION, at: LookedAt::Installation, asked: Some(asked) }).await?;
    Ok(found)
}

pub async fn one(app: &App, ctx: &Ctx, id: TenantId) -> Result<PlatformTenant, Error> {
    let read = app.databases.read(ctx).await?;
    let found = view::of(tenant::by_id(&read, id).await?.ok_or(Error::NoSuchTenant)?)?;
    drop(read);
    audit_look(app, ctx, Look { action: ACTION, at: LookedAt::Tenant(id), asked: None }).await?;
    Ok(found)
}
