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
