//! All tenants, for those who operate the installation.

use crate::app::App;
use crate::domain::TenantState;
use crate::error::Error;
use crate::service::platform::platform_tenant::{self as view, PlatformTenant};
use crate::store::tenant;
use kernel::{Ctx, Page, PageRequest, TenantId};

pub async fn list(
    app: &App,
    ctx: &Ctx,
    state: Option<TenantState>,
    request: &PageRequest,
) -> Result<Page<PlatformTenant>, Error> {
    let read = app.databases.read(ctx).await?;
    tenant::page(&read, state, request).await?.try_map(view::of)
}

pub async fn one(app: &App, ctx: &Ctx, id: TenantId) -> Result<PlatformTenant, Error> {
    let read = app.databases.read(ctx).await?;
    view::of(tenant::by_id(&read, id).await?.ok_or(Error::NoSuchTenant)?)
}
