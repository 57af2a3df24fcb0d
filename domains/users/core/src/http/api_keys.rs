//! API keys over HTTP.

use crate::app::App;
use crate::http::MemberRole;
use crate::service;
use crate::service::api_key::ApiKey;
use crate::service::create_api_key::CreatedApiKey;
use crate::service::revoke_api_key::Revoked;
use chrono::{DateTime, Utc};
use kernel::UserId;
use kernel::id::{CredentialId, CredentialKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Rendered, State, respond};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Nightly import", "role": "member"}))]
pub struct CreateApiKeyRequest {
    /// Your own, or one is made.
    id: Option<CredentialId>,
    #[schema(example = "Nightly import", min_length = 1, max_length = 100, pattern = r"\S")]
    name: String,
    /// No wider than yours; without it, as wide as yours.
    role: Option<MemberRole>,
    /// Without it the key is good until it is revoked.
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Nightly import", "prefix": "ins_live_x7Qp",
    "role": "member", "created_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
    "expires_at": null, "last_used_at": null, "revoked_at": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct ApiKeyDto {
    id: CredentialId,
    name: String,
    /// How the secret begins.
    #[schema(example = "ins_live_x7Qp")]
    prefix: String,
    role: MemberRole,
    created_by: UserId,
    #[schema(required)]
    expires_at: Option<DateTime<Utc>>,
    /// To the minute.
    #[schema(required)]
    last_used_at: Option<DateTime<Utc>>,
    #[schema(required)]
    revoked_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Nightly import", "prefix": "ins_live_x7Qp",
    "role": "member", "created_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
    "expires_at": null, "last_used_at": null, "revoked_at": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
    "secret": "ins_live_x7Qp…",
}))]
pub struct CreatedApiKeyDto {
    #[serde(flatten)]
    key: ApiKeyDto,
    /// For `Authorization: Bearer`. It is shown this once.
    secret: String,
}

impl From<&ApiKey> for ApiKeyDto {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id,
            name: key.name.clone(),
            prefix: key.prefix.clone(),
            role: key.role.into(),
            created_by: key.created_by,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            revoked_at: key.revoked_at,
            created_at: key.created_at,
            updated_at: key.updated_at,
        }
    }
}

/// Makes an API key
#[utoipa::path(post, path = "/api-keys", responses((status = 201, body = CreatedApiKeyDto)))]
pub async fn create_api_key(app: State<App>, caller: Caller, body: Body<CreateApiKeyRequest>) -> Answer {
    let CreateApiKeyRequest { id, name, role, expires_at } = body.into_inner();
    let role = role.map(Into::into);
    let command = service::create_api_key::CreateApiKey { id, name, role, expires_at };
    respond(
        &caller,
        async |ctx| service::create_api_key::create_api_key(&app, ctx, command).await,
        |created: &CreatedApiKey| {
            let dto = CreatedApiKeyDto { key: (&created.key).into(), secret: created.secret.clone() };
            Rendered::created(format!("/api/v1/users/api-keys/{}", created.key.id), &dto).secret()
        },
    )
    .await
}

/// Lists the tenant's API keys
#[utoipa::path(get, path = "/api-keys", responses((status = 200, body = Listing<ApiKeyDto>)))]
pub async fn list_api_keys(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::show_api_keys::list(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|key| ApiKeyDto::from(&key))))
}

/// Shows an API key
#[utoipa::path(get, path = "/api-keys/{id}", responses((status = 200, body = ApiKeyDto)))]
pub async fn get_api_key(app: State<App>, caller: Caller, id: PathId<CredentialKind>) -> Answer {
    let key = service::show_api_keys::one(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&ApiKeyDto::from(&key)).etag_of_body())
}

/// Revokes an API key
#[utoipa::path(delete, path = "/api-keys/{id}", responses((status = 204, description = "The key is revoked")))]
pub async fn revoke_api_key(app: State<App>, caller: Caller, id: PathId<CredentialKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::revoke_api_key::revoke_api_key(&app, ctx, id.id()).await,
        |_: &Revoked| Rendered::no_content(),
    )
    .await
}
