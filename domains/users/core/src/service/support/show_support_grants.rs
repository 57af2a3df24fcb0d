//! The tenant's grants of support access, those that are over too; and to operators those that are in force, of any tenant.

use crate::app::App;
use crate::domain::SupportGrantId;
use crate::error::Error;
use crate::service::platform::audit_look::{Look, LookedAt, audit_look};
use crate::service::support::support_grant::{self as view, SupportGrant};
use crate::store::{support_grant, tenant};
use kernel::{Ctx, Page, PageRequest, TenantId};
use serde_json::json;

pub async fn list(app: &App, ctx: &Ctx, request: &PageRequest) -> Result<Page<SupportGrant>, Error> {
    let read = app.databases.read(ctx).await?;
    support_grant::page(&read, request).await?.try_map(view::of)
}

pub async fn one(app: &App, ctx: &Ctx, id: SupportGrantId) -> Result<SupportGrant, Error> {
    let read = app.databases.read(ctx).await?;
    view::of(support_grant::by_id(&read, id).await?.ok_or(Error::SupportGrantNotFound)?)
}

pub async fn in_force(
    app: &App,
    ctx: &Ctx,
    of: TenantId,
    request: &PageRequest,
) -> Result<Page<SupportGrant>, Error> {
    let read = app.databases.read(ctx).await?;
    tenant::by_id(&read, of).await?.ok_or(Error::NoSuchTenant)?;
    drop(read);
    let there = app.databases.read(&ctx.visitor().enter(of, "users")).await?;
    let found = support_grant::page_in_force(&there, ctx.now(), request).await?.try_map(view::of)?;
    drop(there);
    let asked = Some(json!({ "page": request }));
    let look = Look { action: "users.support_grant.read", at: LookedAt::Tenant(of), asked };
    audit_look(app, ctx, look).await?;
    Ok(found)
}
