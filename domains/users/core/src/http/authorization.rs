//! Which permissions there are, and why a member has one or lacks it.

use crate::app::App;
use crate::domain::{MembershipId, RoleId, TeamId};
use crate::http::members::MemberState;
use crate::http::{HeldRole, MemberRole};
use crate::service;
use crate::service::roles::explain::{Explain, Explanation, Source};
use kernel::Permission;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Caller, Rendered, State};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "permissions": [{
        "name": "billing.invoices.write", "summary": "Draft and change invoices", "least_role": "member",
    }],
}))]
pub struct PermissionsDto {
    /// By name
    permissions: Vec<PermissionDto>,
}

#[derive(Serialize, ToSchema)]
pub struct PermissionDto {
    #[schema(example = "billing.invoices.write")]
    name: &'static str,
    summary: &'static str,
    /// The first of the roles every tenant has that grants it; those after it do too
    least_role: MemberRole,
}

impl PermissionDto {
    /// `None` of those that no role of a tenant can have.
    fn of(permission: &Permission) -> Option<Self> {
        let Permission { name, summary, least_role } = *permission;
        Some(Self { name, summary, least_role: least_role?.into() })
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"permission": "billing.invoices.write"}))]
pub struct ExplainRequest {
    #[schema(example = "billing.invoices.write", min_length = 1)]
    permission: String,
    /// Of whom; without it, of the caller: by an API key of that key, and by an operator who acts as the member of the operator
    member_id: Option<MembershipId>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "permission": "billing.invoices.write", "allowed": true,
    "member_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "state": "active",
    "sources": [
        {
            "kind": "role", "role": "viewer", "role_id": null,
            "team_id": null, "team_name": null, "grants": false,
        },
        {
            "kind": "team", "role": "member", "role_id": null,
            "team_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "team_name": "Night shift", "grants": true,
        },
    ],
    "reason": "The team Night shift grants it.",
}))]
pub struct ExplanationDto {
    #[schema(example = "billing.invoices.write")]
    permission: &'static str,
    allowed: bool,
    member_id: MembershipId,
    state: MemberState,
    /// All roles that the member has: their own, then those that teams hand down to them
    sources: Vec<PermissionSourceDto>,
    /// In one sentence, for people
    #[schema(example = "The team Night shift grants it.")]
    reason: String,
}

#[derive(Serialize, ToSchema)]
pub struct PermissionSourceDto {
    kind: PermissionSourceKind,
    role: HeldRole,
    /// Of the tenant's own roles
    #[schema(required)]
    role_id: Option<RoleId>,
    /// The team that hands the role down: one they are in, or one above it
    #[schema(required)]
    team_id: Option<TeamId>,
    #[schema(required)]
    team_name: Option<String>,
    /// Whether this role has the permission
    grants: bool,
}

/// Whether a role is the member's own, or that of a team
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PermissionSourceKind {
    Role,
    Team,
}

impl From<Source> for PermissionSourceDto {
    fn from(source: Source) -> Self {
        let kind =
            if source.team.is_some() { PermissionSourceKind::Team } else { PermissionSourceKind::Role };
        let (team_id, team_name) = source.team.map(|team| (team.id, team.name)).unzip();
        Self {
            kind,
            role: HeldRole::of(source.role),
            role_id: source.role.id(),
            team_id,
            team_name,
            grants: source.grants,
        }
    }
}

impl From<Explanation> for ExplanationDto {
    fn from(explanation: Explanation) -> Self {
        let Explanation { permission, member, state, sources, allowed, reason } = explanation;
        let sources = sources.into_iter().map(Into::into).collect();
        Self { permission, allowed, member_id: member, state: state.into(), sources, reason }
    }
}

/// Shows which permissions there are
#[utoipa::path(get, path = "/authorization/permissions", responses((status = 200, body = PermissionsDto)))]
pub async fn show_permissions(app: State<App>) -> Answer {
    let mut permissions: Vec<_> = app.permissions.all().iter().filter_map(PermissionDto::of).collect();
    permissions.sort_by_key(|permission| permission.name);
    Ok(Rendered::ok(&PermissionsDto { permissions }).etag_of_body())
}

/// Explains why a member may do something, or may not
///
/// It changes nothing.
#[utoipa::path(post, path = "/authorization/explain", responses((status = 200, body = ExplanationDto), (status = 404, description = "There is no such member")))]
pub async fn explain(app: State<App>, caller: Caller, body: Body<ExplainRequest>) -> Answer {
    let ExplainRequest { permission, member_id } = body.into_inner();
    let question = Explain { permission, member: member_id };
    let explanation = service::roles::explain::explain(&app, &caller, question).await?;
    Ok(Rendered::ok(&ExplanationDto::from(explanation)))
}
