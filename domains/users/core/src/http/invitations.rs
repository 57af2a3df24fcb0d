//! Invitations over HTTP.

use crate::app::App;
use crate::domain::{InvitationId, InvitationKind, MembershipId, RoleId};
use crate::error::Error;
use crate::http::{HeldRole, MemberRole, RoleChoice};
use crate::service;
use crate::service::members::accept_invitation::{AcceptInvitation, Accepted};
use crate::service::members::invitation::Invitation;
use crate::service::members::invite::Invite;
use crate::store::invitation::InvitationState;
use chrono::{DateTime, Utc};
use kernel::{Faults, TenantId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Body, Caller, Guest, Listing, PageQuery, PathId, Query, Rendered, State, respond};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "grace@example.com", "role": "member"}))]
pub struct InviteRequest {
    /// Your own, or one is made.
    id: Option<InvitationId>,
    #[schema(example = "grace@example.com", max_length = 254)]
    email: String,
    /// One of the roles every tenant has; no wider than yours. Without `role_id` too it is `member`.
    role: Option<MemberRole>,
    /// Instead of `role`, one of the tenant's own.
    role_id: Option<RoleId>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "email": "grace@example.com", "role": "member", "role_id": null,
    "state": "open", "invited_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "member_id": null,
    "expires_at": "2026-02-10T09:30:00Z", "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct InvitationDto {
    id: InvitationId,
    email: String,
    role: HeldRole,
    #[schema(required)]
    role_id: Option<RoleId>,
    state: InvitationStateDto,
    invited_by: UserId,
    /// Who came of it.
    #[schema(required)]
    member_id: Option<MembershipId>,
    /// From then on an open one lets nobody in.
    expires_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = InvitationState)]
pub enum InvitationStateDto {
    Open,
    Accepted,
    Revoked,
}

impl From<InvitationState> for InvitationStateDto {
    fn from(state: InvitationState) -> Self {
        match state {
            InvitationState::Open => Self::Open,
            InvitationState::Accepted => Self::Accepted,
            InvitationState::Revoked => Self::Revoked,
        }
    }
}

impl From<InvitationStateDto> for InvitationState {
    fn from(state: InvitationStateDto) -> Self {
        match state {
            InvitationStateDto::Open => Self::Open,
            InvitationStateDto::Accepted => Self::Accepted,
            InvitationStateDto::Revoked => Self::Revoked,
        }
    }
}

impl From<&Invitation> for InvitationDto {
    fn from(invitation: &Invitation) -> Self {
        Self {
            id: invitation.id,
            email: invitation.email.clone(),
            role: HeldRole::of(invitation.role),
            role_id: invitation.role.id(),
            state: invitation.state.into(),
            invited_by: invitation.invited_by,
            member_id: invitation.member,
            expires_at: invitation.expires_at,
            created_at: invitation.created_at,
            updated_at: invitation.updated_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct InvitationQuery {
    /// Only those in this state
    #[param(inline)]
    state: Option<InvitationStateDto>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "token": "ins_in_3fTq…", "password": "correct horse battery staple", "display_name": "Grace Hopper",
}))]
pub struct AcceptInvitationRequest {
    /// From the link of the e-mail.
    token: String,
    /// That of the account with this address, or the one it is to have.
    #[schema(example = "correct horse battery staple")]
    password: String,
    /// Of whoever has no account yet.
    #[schema(example = "Grace Hopper")]
    display_name: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "ins_in_3fTq…"}))]
pub struct AcceptOwnInvitationRequest {
    /// From the link of the e-mail.
    token: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "tenant_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "member_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
}))]
pub struct InvitationAccepted {
    /// To sign in to.
    tenant_id: TenantId,
    member_id: MembershipId,
}

impl From<&Accepted> for InvitationAccepted {
    fn from(accepted: &Accepted) -> Self {
        Self { tenant_id: accepted.tenant, member_id: accepted.member }
    }
}

fn shown(invitation: &Invitation) -> Rendered {
    Rendered::ok(&InvitationDto::from(invitation)).etag(invitation.version)
}

fn created(invitation: &Invitation) -> Rendered {
    let location = format!("/api/v1/users/invitations/{}", invitation.id);
    Rendered::created(location, &InvitationDto::from(invitation)).etag(invitation.version)
}

/// Invites somebody into the tenant
///
/// They are sent a link that is good once, for a while. Whether the address has an account already is not told. A tenant sends
/// so many of them a day, which is told with 429, and has so many open at once, with 409.
#[utoipa::path(post, path = "/invitations", responses((status = 201, body = InvitationDto)))]
pub async fn invite(app: State<App>, caller: Caller, body: Body<InviteRequest>) -> Answer {
    let InviteRequest { id, email, role, role_id } = body.into_inner();
    let mut faults = Faults::new();
    let role = RoleChoice { role, role_id }.chosen(&mut faults).unwrap_or_else(|| MemberRole::Member.into());
    let command = faults.finish(Invite { id, email, role }).map_err(Error::invalid)?;
    respond(&caller, async |ctx| service::members::invite::invite(&app, ctx, command).await, created).await
}

/// Lists the tenant's invitations
#[utoipa::path(get, path = "/invitations", responses((status = 200, body = Listing<InvitationDto>)))]
pub async fn list_invitations(
    app: State<App>,
    caller: Caller,
    query: Query<InvitationQuery>,
    page: PageQuery,
) -> Answer {
    let state = query.state.map(Into::into);
    let found = service::members::show_invitations::list(&app, &caller, state, page.request()).await?;
    Ok(page.render(found.map(|invitation| InvitationDto::from(&invitation))))
}

/// Shows an invitation
#[utoipa::path(get, path = "/invitations/{id}", responses((status = 200, body = InvitationDto)))]
pub async fn get_invitation(app: State<App>, caller: Caller, id: PathId<InvitationKind>) -> Answer {
    Ok(shown(&service::members::show_invitations::one(&app, &caller, id.id()).await?))
}

/// Sends an open invitation again
///
/// With another link and another time to live; those before it end. It counts as one more that is sent that day.
#[utoipa::path(post, path = "/invitations/{id}/resend", responses((status = 200, body = InvitationDto)))]
pub async fn resend_invitation(app: State<App>, caller: Caller, id: PathId<InvitationKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::members::resend_invitation::resend_invitation(&app, ctx, id.id()).await,
        shown,
    )
    .await
}

/// Revokes an open invitation
#[utoipa::path(post, path = "/invitations/{id}/revoke", responses((status = 200, body = InvitationDto)))]
pub async fn revoke_invitation(app: State<App>, caller: Caller, id: PathId<InvitationKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::members::revoke_invitation::revoke_invitation(&app, ctx, id.id()).await,
        shown,
    )
    .await
}

/// Accepts an invitation
///
/// It takes the link, and the password of the account with its address. Who has no account makes one by this: the link has
/// proved the address.
#[utoipa::path(
    post,
    path = "/invitations/accept",
    responses(
        (status = 200, body = InvitationAccepted),
        (status = 403, description = "Nobody new is let in here"),
        (status = 409, description = "It was accepted already"),
        (status = 410, description = "It has expired")
    )
)]
pub async fn accept_invitation(app: State<App>, guest: Guest, body: Body<AcceptInvitationRequest>) -> Answer {
    let AcceptInvitationRequest { token, password, display_name } = body.into_inner();
    let command = AcceptInvitation { token, password, display_name };
    let accepted = service::members::accept_invitation::accept_invitation(&app, &guest, command).await?;
    Ok(Rendered::ok(&InvitationAccepted::from(&accepted)).cache_control("no-store"))
}

/// Accepts an invitation to the caller's own address
///
/// It takes the link and no password: the session says who it is, and must have been proved just now. Of an invitation to
/// another address the caller is told what they are told of an unknown one.
#[utoipa::path(
    post,
    path = "/me/invitations/accept",
    responses(
        (status = 200, body = InvitationAccepted),
        (status = 409, description = "It was accepted already"),
        (status = 410, description = "It has expired")
    )
)]
pub async fn accept_own_invitation(
    app: State<App>,
    caller: Caller,
    body: Body<AcceptOwnInvitationRequest>,
) -> Answer {
    respond(
        &caller,
        async |ctx| {
            service::members::accept_own_invitation::accept_own_invitation(&app, ctx, &body.token).await
        },
        |accepted: &Accepted| Rendered::ok(&InvitationAccepted::from(accepted)),
    )
    .await
}
