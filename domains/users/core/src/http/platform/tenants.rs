//! All tenants over HTTP, for those who operate the installation.

use crate::app::App;
use crate::domain::TenantState;
use crate::service;
use crate::service::platform::limit_tenant::LimitTenant;
use crate::service::platform::platform_tenant::PlatformTenant;
use chrono::{DateTime, Utc};
use kernel::TenantId;
use kernel::id::TenantKind;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Body, Caller, IfMatch, Listing, PageQuery, PathId, Query, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Analytical Engines", "state": "suspended", "mode": "live",
    "suspension_reason": "Has not paid since May", "requests_per_minute": 600, "max_members": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct PlatformTenantDto {
    id: TenantId,
    #[schema(example = "Analytical Engines")]
    name: String,
    state: PlatformTenantState,
    /// `live` or `test`, for life
    #[schema(example = "live")]
    mode: String,
    /// Of a suspended one
    #[schema(required)]
    suspension_reason: Option<String>,
    /// Of the whole tenant; `null`: as configured
    #[schema(required)]
    requests_per_minute: Option<i64>,
    /// Active and suspended ones; `null`: as many as come
    #[schema(required)]
    max_members: Option<i64>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlatformTenantState {
    Active,
    /// Nobody gets in, and nothing of it passes
    Suspended,
    /// By an owner: the same, and in a while it is erased
    Closed,
}

impl From<TenantState> for PlatformTenantState {
    fn from(state: TenantState) -> Self {
        match state {
            TenantState::Active => Self::Active,
            TenantState::Suspended => Self::Suspended,
            TenantState::Closed => Self::Closed,
        }
    }
}

impl From<PlatformTenantState> for TenantState {
    fn from(state: PlatformTenantState) -> Self {
        match state {
            PlatformTenantState::Active => Self::Active,
            PlatformTenantState::Suspended => Self::Suspended,
            PlatformTenantState::Closed => Self::Closed,
        }
    }
}

impl From<&PlatformTenant> for PlatformTenantDto {
    fn from(tenant: &PlatformTenant) -> Self {
        Self {
            id: tenant.id,
            name: tenant.name.clone(),
            state: tenant.state.into(),
            mode: tenant.mode.clone(),
            suspension_reason: tenant.suspension_reason.clone(),
            requests_per_minute: tenant.requests_per_minute,
            max_members: tenant.max_members,
            created_at: tenant.created_at,
            updated_at: tenant.updated_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct PlatformTenantQuery {
    /// Only those in this state
    #[param(inline)]
    state: Option<PlatformTenantState>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"requests_per_minute": 600, "max_members": null}))]
pub struct PatchPlatformTenant {
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 10000000)]
    requests_per_minute: Option<Option<i64>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1000000)]
    max_members: Option<Option<i64>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Has not paid since May"}))]
pub struct SuspendTenant {
    /// For those who operate the installation
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    reason: String,
}

pub fn shown(tenant: &PlatformTenant) -> Rendered {
    Rendered::ok(&PlatformTenantDto::from(tenant)).etag(tenant.version)
}

/// Lists all tenants
#[utoipa::path(get, path = "/tenants", responses((status = 200, body = Listing<PlatformTenantDto>)))]
pub async fn list_tenants(
    app: State<App>,
    caller: Caller,
    query: Query<PlatformTenantQuery>,
    page: PageQuery,
) -> Answer {
    let state = query.state.map(Into::into);
    let found = service::platform::show_platform_tenants::list(&app, &caller, state, page.request()).await?;
    Ok(page.render(found.map(|tenant| PlatformTenantDto::from(&tenant))))
}

/// Shows a tenant
#[utoipa::path(get, path = "/tenants/{id}", responses((status = 200, body = PlatformTenantDto)))]
pub async fn get_tenant(app: State<App>, caller: Caller, id: PathId<TenantKind>) -> Answer {
    Ok(shown(&service::platform::show_platform_tenants::one(&app, &caller, id.id()).await?))
}

/// Limits a tenant
///
/// Felt within a second. Who is over a limit of members stays, and nobody joins them.
#[utoipa::path(patch, path = "/tenants/{id}", responses((status = 200, body = PlatformTenantDto)))]
pub async fn patch_tenant(
    app: State<App>,
    caller: Caller,
    id: PathId<TenantKind>,
    if_match: IfMatch,
    body: Body<PatchPlatformTenant>,
) -> Answer {
    let PatchPlatformTenant { requests_per_minute, max_members } = body.into_inner();
    let command = LimitTenant { expected_version: if_match.expected(), requests_per_minute, max_members };
    respond(
        &caller,
        async |ctx| service::platform::limit_tenant::limit_tenant(&app, ctx, id.id(), command).await,
        shown,
    )
    .await
}

/// Suspends a tenant
///
/// Within a second nothing of it passes: no session, no API key, no sign-in, no invitation, and no job that acts for one of
/// its members. What is in it stays.
#[utoipa::path(post, path = "/tenants/{id}/suspend", responses((status = 200, body = PlatformTenantDto)))]
pub async fn suspend_tenant(
    app: State<App>,
    caller: Caller,
    id: PathId<TenantKind>,
    body: Body<SuspendTenant>,
) -> Answer {
    let reason = body.into_inner().reason;
    respond(
        &caller,
        async |ctx| service::platform::suspend_tenant::suspend_tenant(&app, ctx, id.id(), &reason).await,
        shown,
    )
    .await
}

/// Lets a suspended tenant back
#[utoipa::path(post, path = "/tenants/{id}/resume", responses((status = 200, body = PlatformTenantDto)))]
pub async fn resume_tenant(app: State<App>, caller: Caller, id: PathId<TenantKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::platform::suspend_tenant::resume_tenant(&app, ctx, id.id()).await,
        shown,
    )
    .await
}
