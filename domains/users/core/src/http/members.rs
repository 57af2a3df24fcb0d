//! The members of the tenant over HTTP.

use crate::app::App;
use crate::domain::{MembershipId, MembershipState};
use crate::http::MemberRole;
use crate::service;
use crate::service::list_members::ListedMember;
use chrono::{DateTime, Utc};
use kernel::UserId;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Answer, Caller, Listing, PageQuery, State};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "user_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
    "email": "ada@example.com", "display_name": "Ada Lovelace", "role": "owner", "state": "active",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct MemberDto {
    id: MembershipId,
    user_id: UserId,
    email: String,
    display_name: String,
    role: MemberRole,
    state: MemberState,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Only an active member may do anything.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    Invited,
    Active,
    Suspended,
    Removed,
}

impl From<MembershipState> for MemberState {
    fn from(state: MembershipState) -> Self {
        match state {
            MembershipState::Invited => Self::Invited,
            MembershipState::Active => Self::Active,
            MembershipState::Suspended => Self::Suspended,
            MembershipState::Removed => Self::Removed,
        }
    }
}

impl From<ListedMember> for MemberDto {
    fn from(member: ListedMember) -> Self {
        Self {
            id: member.id,
            user_id: member.user,
            email: member.email,
            display_name: member.display_name,
            role: member.role.into(),
            state: member.state.into(),
            created_at: member.created_at,
            updated_at: member.updated_at,
        }
    }
}

/// Lists the members of the tenant
#[utoipa::path(get, path = "/members", responses((status = 200, body = Listing<MemberDto>)))]
pub async fn list_members(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::list_members::list_members(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(MemberDto::from)))
}
