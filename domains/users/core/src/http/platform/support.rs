//! Over HTTP: how an operator looks at a tenant that lets them.

use crate::app::App;
use crate::domain::{MembershipId, SupportGrantId};
use crate::http::support_grants::SupportRoleDto;
use crate::service;
use crate::service::support::end_support_session::Ended;
use crate::service::support::open_support_session::{OpenSupportSession, SupportSession};
use crate::service::support::support_grant::SupportGrant;
use chrono::{DateTime, Utc};
use kernel::id::{CredentialId, TenantKind};
use kernel::{TenantId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, PathParams, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "role": "viewer", "reason": "Invoice INV-000042 shows a wrong total",
    "expires_at": "2026-02-03T13:30:00Z", "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct PlatformSupportGrantDto {
    id: SupportGrantId,
    role: SupportRoleDto,
    /// In the words of the tenant
    reason: String,
    expires_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<SupportGrant> for PlatformSupportGrantDto {
    fn from(grant: SupportGrant) -> Self {
        Self {
            id: grant.id,
            role: grant.role.into(),
            reason: grant.reason,
            expires_at: grant.expires_at,
            created_at: grant.created_at,
            updated_at: grant.updated_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "grant_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "member_id": "0190a5c8-7d3e-7a61-8f2b-0a1b2c3d4e5f",
    "reason": "Ticket 1815: a wrong total",
}))]
pub struct OpenSupportSessionRequest {
    /// One that is in force
    grant_id: SupportGrantId,
    /// As whom; the tenant says it. Who may do more than the grant's role is not acted as
    member_id: MembershipId,
    /// For both logs, the tenant's too
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    reason: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "session_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "access_token": "eyJhbGciOiJFZERTQSIs…", "token_type": "Bearer",
    "expires_in_seconds": 3600, "tenant_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b",
    "user_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
}))]
pub struct SupportSessionDto {
    session_id: CredentialId,
    /// For `Authorization: Bearer` where the tenant's members send theirs. Nothing renews it
    access_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    #[schema(example = 3600)]
    expires_in_seconds: i64,
    tenant_id: TenantId,
    user_id: UserId,
}

impl From<&SupportSession> for SupportSessionDto {
    fn from(session: &SupportSession) -> Self {
        Self {
            session_id: session.id,
            access_token: session.access_token.clone(),
            token_type: "Bearer",
            expires_in_seconds: session.expires_in_seconds,
            tenant_id: session.tenant,
            user_id: session.user,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct SupportSessionPath {
    /// The id of the tenant
    id: TenantId,
    /// The id of the session
    session_id: CredentialId,
}

/// Lists by which grants a tenant lets operators in
///
/// Those in force.
#[utoipa::path(
    get,
    path = "/tenants/{id}/support-grants",
    responses((status = 200, body = Listing<PlatformSupportGrantDto>))
)]
pub async fn list_support_grants(
    app: State<App>,
    caller: Caller,
    id: PathId<TenantKind>,
    page: PageQuery,
) -> Answer {
    let found =
        service::support::show_support_grants::in_force(&app, &caller, id.id(), page.request()).await?;
    Ok(page.render(found.map(PlatformSupportGrantDto::from)))
}

/// Opens a session as a member of a tenant
///
/// It lasts an hour at most, and no longer than the grant. It is in the tenant's log, and so is all that is done in it, with
/// the operator as the `impersonator`; the member sees it among their sessions, and they and the tenant may end it.
#[utoipa::path(
    post,
    path = "/tenants/{id}/support-sessions",
    responses((status = 201, body = SupportSessionDto))
)]
pub async fn open_support_session(
    app: State<App>,
    caller: Caller,
    id: PathId<TenantKind>,
    body: Body<OpenSupportSessionRequest>,
) -> Answer {
    let OpenSupportSessionRequest { grant_id: grant, member_id: member, reason } = body.into_inner();
    let command = OpenSupportSession { grant, member, reason };
    respond(
        &caller,
        async |ctx| {
            service::support::open_support_session::open_support_session(&app, ctx, id.id(), command).await
        },
        |opened: &SupportSession| {
            let SupportSession { id, tenant, .. } = opened;
            let location = format!("/api/v1/platform/tenants/{tenant}/support-sessions/{id}");
            Rendered::created(location, &SupportSessionDto::from(opened)).secret()
        },
    )
    .await
}

/// Ends a session that an operator has as a member of a tenant
///
/// One's own or another operator's. Every node refuses its token within a second.
#[utoipa::path(
    post,
    path = "/tenants/{id}/support-sessions/{session_id}/end",
    responses((status = 204, description = "The session has ended"))
)]
pub async fn end_support_session(
    app: State<App>,
    caller: Caller,
    path: PathParams<SupportSessionPath>,
) -> Answer {
    respond(
        &caller,
        async |ctx| {
            service::support::end_support_session::end_support_session(&app, ctx, path.id, path.session_id)
                .await
        },
        |_: &Ended| Rendered::no_content(),
    )
    .await
}
