//! The caller's tenant over HTTP.

use crate::app::App;
use crate::error::Error;
use crate::service;
use crate::service::tenants::rename_tenant::RenameTenant;
use crate::service::tenants::show_tenant::Tenant;
use chrono::{DateTime, Utc};
use kernel::{Faults, TenantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Caller, IfMatch, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Analytical Engines", "mode": "live",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct TenantDto {
    id: TenantId,
    #[schema(example = "Analytical Engines")]
    name: String,
    /// `live` or `test`, for life.
    #[schema(example = "live")]
    mode: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Tenant> for TenantDto {
    fn from(tenant: &Tenant) -> Self {
        Self {
            id: tenant.id,
            name: tenant.name.clone(),
            mode: tenant.mode.clone(),
            created_at: tenant.created_at,
            updated_at: tenant.updated_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Analytical Engines Ltd"}))]
pub struct PatchTenant {
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 100, pattern = r"\S"
    )]
    name: Option<Option<String>>,
}

impl PatchTenant {
    fn name(self) -> Result<Option<String>, Error> {
        let mut faults = Faults::new();
        faults.require(self.name != Some(None), "/name", "null", "must not be null");
        faults.finish(self.name.flatten()).map_err(Error::invalid)
    }
}

/// Shows the caller's tenant
#[utoipa::path(get, path = "/tenant", responses((status = 200, body = TenantDto)))]
pub async fn get_tenant(app: State<App>, caller: Caller) -> Answer {
    let tenant = service::tenants::show_tenant::show_tenant(&app, &caller).await?;
    Ok(Rendered::ok(&TenantDto::from(&tenant)).etag(tenant.version))
}

/// Renames the caller's tenant
#[utoipa::path(patch, path = "/tenant", responses((status = 200, body = TenantDto)))]
pub async fn patch_tenant(
    app: State<App>,
    caller: Caller,
    if_match: IfMatch,
    body: Body<PatchTenant>,
) -> Answer {
    let name = body.into_inner().name()?;
    let command = RenameTenant { expected_version: if_match.expected(), name };
    respond(
        &caller,
        async |ctx| service::tenants::rename_tenant::rename_tenant(&app, ctx, command).await,
        |tenant: &Tenant| Rendered::ok(&TenantDto::from(tenant)).etag(tenant.version),
    )
    .await
}
