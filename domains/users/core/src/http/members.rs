//! The members of the tenant over HTTP.

use crate::app::App;
use crate::domain::membership::Move;
use crate::domain::{MembershipId, MembershipKind, MembershipState, RoleId};
use crate::error::Error;
use crate::http::{HeldRole, MemberRole, RoleChoice};
use crate::service;
use crate::service::members::change_member::ChangeMember;
use crate::service::members::member::{Member, version_of};
use crate::service::members::move_member::Left;
use crate::store::membership::MemberFilter;
use chrono::{DateTime, Utc};
use kernel::{Faults, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Body, Caller, IfMatch, Listing, PageQuery, PathId, Query, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "user_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
    "email": "ada@example.com", "display_name": "Ada Lovelace", "role": "owner", "role_id": null,
    "state": "active", "manager_id": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct MemberDto {
    id: MembershipId,
    user_id: UserId,
    email: String,
    display_name: String,
    role: HeldRole,
    /// Of the tenant's own roles.
    #[schema(required)]
    role_id: Option<RoleId>,
    state: MemberState,
    /// The member whom this one reports to.
    #[schema(required)]
    manager_id: Option<MembershipId>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Only an active member may do anything.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    Active,
    Suspended,
    Removed,
}

impl From<MembershipState> for MemberState {
    fn from(state: MembershipState) -> Self {
        match state {
            MembershipState::Active => Self::Active,
            MembershipState::Suspended => Self::Suspended,
            MembershipState::Removed => Self::Removed,
        }
    }
}

impl From<MemberState> for MembershipState {
    fn from(state: MemberState) -> Self {
        match state {
            MemberState::Active => Self::Active,
            MemberState::Suspended => Self::Suspended,
            MemberState::Removed => Self::Removed,
        }
    }
}

impl From<&Member> for MemberDto {
    fn from(member: &Member) -> Self {
        Self {
            id: member.id,
            user_id: member.user,
            email: member.email.clone(),
            display_name: member.display_name.clone(),
            role: HeldRole::of(member.role),
            role_id: member.role.id(),
            state: member.state.into(),
            manager_id: member.manager,
            created_at: member.created_at,
            updated_at: member.updated_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct MemberQuery {
    /// Only those who have this one of the roles that every tenant has
    #[param(inline)]
    role: Option<MemberRole>,
    /// Only those who have this one of the tenant's own roles
    role_id: Option<RoleId>,
    /// Only those in this state
    #[param(inline)]
    state: Option<MemberState>,
    /// Only those who report to this member
    manager_id: Option<MembershipId>,
    /// Only the membership of this person
    user_id: Option<UserId>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "admin"}))]
pub struct PatchMember {
    /// One of the roles every tenant has
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<MemberRole>, nullable = false)]
    role: Option<Option<MemberRole>>,
    /// Instead of `role`, one of the tenant's own
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<RoleId>, nullable = false)]
    role_id: Option<Option<RoleId>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<MembershipId>)]
    manager_id: Option<Option<MembershipId>>,
}

impl PatchMember {
    fn command(self, expected_version: Option<i64>) -> Result<ChangeMember, Error> {
        let mut faults = Faults::new();
        faults.require(self.role != Some(None), "/role", "null", "must not be null");
        faults.require(self.role_id != Some(None), "/role_id", "null", "must not be null");
        let choice = RoleChoice { role: self.role.flatten(), role_id: self.role_id.flatten() };
        let role = choice.chosen(&mut faults);
        let command = ChangeMember { expected_version, role, manager: self.manager_id };
        faults.finish(command).map_err(Error::invalid)
    }
}

fn shown(member: &Member) -> Rendered {
    Rendered::ok(&MemberDto::from(member)).etag(member.tag())
}

/// Lists the members of the tenant
///
/// Those who are asked in and have not come yet are none: `GET /api/v1/users/invitations` lists them.
#[utoipa::path(get, path = "/members", responses((status = 200, body = Listing<MemberDto>)))]
pub async fn list_members(
    app: State<App>,
    caller: Caller,
    query: Query<MemberQuery>,
    page: PageQuery,
) -> Answer {
    let filter = MemberFilter {
        role: query.role.map(Into::into),
        role_id: query.role_id,
        state: query.state.map(Into::into),
        manager: query.manager_id,
        user: query.user_id,
    };
    let found = service::members::list_members::list_members(&app, &caller, filter, page.request()).await?;
    Ok(page.render(found.map(|member| MemberDto::from(&member))))
}

/// Shows a member
#[utoipa::path(get, path = "/members/{id}", responses((status = 200, body = MemberDto)))]
pub async fn get_member(app: State<App>, caller: Caller, id: PathId<MembershipKind>) -> Answer {
    Ok(shown(&service::members::list_members::get_member(&app, &caller, id.id()).await?))
}

/// Changes a member's role or manager
///
/// An API key gives at most what a `member` may; more is given by a person who has signed in.
#[utoipa::path(patch, path = "/members/{id}", responses((status = 200, body = MemberDto)))]
pub async fn patch_member(
    app: State<App>,
    caller: Caller,
    id: PathId<MembershipKind>,
    if_match: IfMatch,
    body: Body<PatchMember>,
) -> Answer {
    let command = body.into_inner().command(if_match.expected().map(version_of))?;
    respond(
        &caller,
        async |ctx| service::members::change_member::change_member(&app, ctx, id.id(), command).await,
        shown,
    )
    .await
}

/// Suspends a member
///
/// Nothing of theirs works until they are resumed: no session, no API key, no job. The support access that they gave ends for
/// good.
#[utoipa::path(post, path = "/members/{id}/suspend", responses((status = 200, body = MemberDto)))]
pub async fn suspend_member(app: State<App>, caller: Caller, id: PathId<MembershipKind>) -> Answer {
    step(&app, &caller, id.id(), Move::Suspend).await
}

/// Lets a suspended member back
#[utoipa::path(post, path = "/members/{id}/resume", responses((status = 200, body = MemberDto)))]
pub async fn resume_member(app: State<App>, caller: Caller, id: PathId<MembershipKind>) -> Answer {
    step(&app, &caller, id.id(), Move::Resume).await
}

/// Takes a member out of the tenant
///
/// Their sessions and API keys end for good, and the support access that they gave. Who is to come back is invited again.
#[utoipa::path(post, path = "/members/{id}/remove", responses((status = 200, body = MemberDto)))]
pub async fn remove_member(app: State<App>, caller: Caller, id: PathId<MembershipKind>) -> Answer {
    step(&app, &caller, id.id(), Move::Remove).await
}

async fn step(app: &App, caller: &Caller, id: MembershipId, step: Move) -> Answer {
    respond(caller, async |ctx| service::members::move_member::move_member(app, ctx, id, step).await, shown)
        .await
}

/// Leaves the tenant
///
/// It takes a session that was proved just now. The last owner cannot.
#[utoipa::path(post, path = "/me/leave", responses((status = 204, description = "The caller is no member any more")))]
pub async fn leave_tenant(app: State<App>, caller: Caller) -> Answer {
    respond(
        &caller,
        async |ctx| service::members::move_member::leave_tenant(&app, ctx).await,
        |_: &Left| Rendered::no_content(),
    )
    .await
}
