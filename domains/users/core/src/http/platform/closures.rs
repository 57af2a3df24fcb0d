//! Closed tenants over HTTP, for those who operate the installation.

use crate::app::App;
use crate::http::leaving::{TenantClosureDto, closure};
use crate::http::platform::tenants::{PlatformTenantDto, shown};
use crate::service::leaving::{reopen_tenant, show_closure};
use kernel::id::TenantKind;
use web::{Answer, Caller, PathId, State, respond};

/// Brings a tenant back that its owner closed
///
/// Until it is being erased. Its members get in as before.
#[utoipa::path(post, path = "/tenants/{id}/reopen", responses((status = 200, body = PlatformTenantDto)))]
pub async fn reopen_tenant(app: State<App>, caller: Caller, id: PathId<TenantKind>) -> Answer {
    respond(&caller, async |ctx| reopen_tenant::reopen_tenant(&app, ctx, id.id()).await, shown).await
}

/// Shows how a tenant was closed, and what was erased of it
///
/// Also when the tenant is gone; the newest, where it was closed more than once.
#[utoipa::path(get, path = "/tenants/{id}/closure", responses((status = 200, body = TenantClosureDto)))]
pub async fn get_closure(app: State<App>, caller: Caller, id: PathId<TenantKind>) -> Answer {
    Ok(closure(&show_closure::one(&app, &caller, id.id()).await?))
}
