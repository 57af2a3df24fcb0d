//! People who were erased, over HTTP, for those who operate the installation.

use crate::app::App;
use crate::domain::UserErasureId;
use crate::domain::leaving::{Because, PersonState};
use crate::service::leaving::show_user_erasure::{UserErasure, show_user_erasure};
use chrono::{DateTime, Utc};
use kernel::UserId;
use kernel::id::UserKind;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Answer, Caller, PathId, Rendered, State};

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserErasureReason {
    Asked,
    /// It was the only tenant they were in
    TenantErased,
}

impl From<Because> for UserErasureReason {
    fn from(because: Because) -> Self {
        match because {
            Because::Asked => Self::Asked,
            Because::TenantErased => Self::TenantErased,
        }
    }
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserErasureState {
    Erasing,
    Erased,
}

impl From<PersonState> for UserErasureState {
    fn from(state: PersonState) -> Self {
        match state {
            PersonState::Erasing => Self::Erasing,
            PersonState::Erased => Self::Erased,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "user_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
    "because": "asked", "state": "erased", "erased_at": "2026-03-01T09:30:04Z",
    "certificate": "eyJhbGciOiJFZERTQSIsImp3ayI6…",
    "created_at": "2026-03-01T09:30:00Z", "updated_at": "2026-03-01T09:30:04Z",
}))]
pub struct UserErasureDto {
    id: UserErasureId,
    /// Nobody's any more
    user_id: UserId,
    because: UserErasureReason,
    state: UserErasureState,
    #[schema(required)]
    erased_at: Option<DateTime<Utc>>,
    /// A JWS that says who was erased, when, and where. It brings along the key that it is signed with
    #[schema(required)]
    certificate: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&UserErasure> for UserErasureDto {
    fn from(erasure: &UserErasure) -> Self {
        Self {
            id: erasure.id,
            user_id: erasure.user,
            because: erasure.because.into(),
            state: erasure.state.into(),
            erased_at: erasure.erased_at,
            certificate: erasure.certificate.clone(),
            created_at: erasure.created_at,
            updated_at: erasure.updated_at,
        }
    }
}

/// Shows how far somebody is erased, by the id that was theirs
///
/// With the certificate, once nothing of them is left.
#[utoipa::path(get, path = "/user-erasures/{id}", responses((status = 200, body = UserErasureDto)))]
pub async fn get_user_erasure(app: State<App>, caller: Caller, id: PathId<UserKind>) -> Answer {
    let erasure = show_user_erasure(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&UserErasureDto::from(&erasure)).etag_of_body())
}
