//! Over HTTP: how a tenant lets operators of the installation in, and takes it back.

use crate::app::App;
use crate::domain::support::SupportRole;
use crate::domain::{MembershipId, SupportGrantId, SupportGrantKind};
use crate::service;
use crate::service::support::grant_support::GrantSupport;
use crate::service::support::support_grant::SupportGrant;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Rendered, State, respond};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "viewer", "reason": "Invoice INV-000042 shows a wrong total", "minutes": 240}))]
pub struct CreateSupportGrantRequest {
    /// Your own, or one is made.
    id: Option<SupportGrantId>,
    role: SupportRoleDto,
    /// What they are to look at; operators read it.
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    reason: String,
    /// From now on.
    #[schema(minimum = 5, maximum = 10080)]
    minutes: i64,
}

/// As which members operators may look at the tenant: who may do no more than this. They do less through them: nothing that
/// concerns people, their credentials or the tenant itself, and nothing that goes on after the visit.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SupportRole)]
pub enum SupportRoleDto {
    Viewer,
    Member,
    Admin,
}

impl From<SupportRole> for SupportRoleDto {
    fn from(role: SupportRole) -> Self {
        match role {
            SupportRole::Viewer => Self::Viewer,
            SupportRole::Member => Self::Member,
            SupportRole::Admin => Self::Admin,
        }
    }
}

impl From<SupportRoleDto> for SupportRole {
    fn from(role: SupportRoleDto) -> Self {
        match role {
            SupportRoleDto::Viewer => Self::Viewer,
            SupportRoleDto::Member => Self::Member,
            SupportRoleDto::Admin => Self::Admin,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "role": "viewer", "reason": "Invoice INV-000042 shows a wrong total",
    "granted_by": "0190a5c8-7d3e-7a61-8f2b-0a1b2c3d4e5f", "expires_at": "2026-02-03T13:30:00Z", "revoked_at": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct SupportGrantDto {
    id: SupportGrantId,
    role: SupportRoleDto,
    reason: String,
    /// The member who gave it.
    granted_by: MembershipId,
    /// From then on it lets nobody in, and who is in goes.
    expires_at: DateTime<Utc>,
    #[schema(required)]
    revoked_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&SupportGrant> for SupportGrantDto {
    fn from(grant: &SupportGrant) -> Self {
        Self {
            id: grant.id,
            role: grant.role.into(),
            reason: grant.reason.clone(),
            granted_by: grant.granted_by,
            expires_at: grant.expires_at,
            revoked_at: grant.revoked_at,
            created_at: grant.created_at,
            updated_at: grant.updated_at,
        }
    }
}

fn shown(grant: &SupportGrant) -> Rendered {
    Rendered::ok(&SupportGrantDto::from(grant)).etag_of_body()
}

fn created(grant: &SupportGrant) -> Rendered {
    let location = format!("/api/v1/users/support-grants/{}", grant.id);
    Rendered::created(location, &SupportGrantDto::from(grant)).etag_of_body()
}

/// Lets operators of the installation look at the tenant
///
/// Through a member whose id you tell them, as far as the role goes and until it expires. All that they do is in the audit
/// log, with the operator as the `impersonator`. It ends when you are suspended or removed, or get a role that does not let you
/// give it. It takes a proof of who you are from the last quarter of an hour.
#[utoipa::path(post, path = "/support-grants", responses((status = 201, body = SupportGrantDto)))]
pub async fn create_support_grant(
    app: State<App>,
    caller: Caller,
    body: Body<CreateSupportGrantRequest>,
) -> Answer {
    let CreateSupportGrantRequest { id, role, reason, minutes } = body.into_inner();
    let command = GrantSupport { id, role: role.into(), reason, minutes };
    respond(
        &caller,
        async |ctx| service::support::grant_support::grant_support(&app, ctx, command).await,
        created,
    )
    .await
}

/// Lists the tenant's grants of support access
///
/// Those that are over too.
#[utoipa::path(get, path = "/support-grants", responses((status = 200, body = Listing<SupportGrantDto>)))]
pub async fn list_support_grants(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::support::show_support_grants::list(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|grant| SupportGrantDto::from(&grant))))
}

/// Shows a grant of support access
#[utoipa::path(get, path = "/support-grants/{id}", responses((status = 200, body = SupportGrantDto)))]
pub async fn get_support_grant(app: State<App>, caller: Caller, id: PathId<SupportGrantKind>) -> Answer {
    Ok(shown(&service::support::show_support_grants::one(&app, &caller, id.id()).await?))
}

/// Takes support access back
///
/// Whoever is in by it is out within a second.
#[utoipa::path(post, path = "/support-grants/{id}/revoke", responses((status = 200, body = SupportGrantDto)))]
pub async fn revoke_support_grant(app: State<App>, caller: Caller, id: PathId<SupportGrantKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::support::revoke_support_grant::revoke_support_grant(&app, ctx, id.id()).await,
        shown,
    )
    .await
}
