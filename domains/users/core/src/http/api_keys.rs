//! API keys over HTTP.

use crate::app::App;
use crate::domain::RoleRef;
use crate::error::Error;
use crate::http::{HeldRole, MemberRole};
use crate::service;
use crate::service::api_keys::api_key::{ApiKey, version_of};
use crate::service::api_keys::change_api_key::ChangeApiKey;
use crate::service::api_keys::create_api_key::{CreateApiKey, CreatedApiKey};
use crate::service::api_keys::revoke_api_key::Revoked;
use crate::store::api_key::Grant;
use chrono::{DateTime, Utc};
use kernel::id::{CredentialId, CredentialKind};
use kernel::{Faults, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Caller, IfMatch, Listing, PageQuery, PathId, Rendered, State, respond};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Nightly import", "role": "member", "expires_at": "2036-02-03T09:30:00Z"}))]
pub struct CreateApiKeyRequest {
    /// Your own, or one is made.
    id: Option<CredentialId>,
    #[schema(example = "Nightly import", min_length = 1, max_length = 100, pattern = r"\S")]
    name: String,
    /// No wider than yours; without it and without scopes, as wide as yours.
    role: Option<MemberRole>,
    /// Instead of `role`, these permissions alone, all of them yours. `GET /authorization/permissions` says which
    /// there are.
    #[schema(min_items = 1, max_items = 200)]
    scopes: Option<Vec<String>>,
    /// Without it the key is good until it is revoked.
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Nightly import", "prefix": "ins_live_x7Qp",
    "role": "member", "scopes": null, "created_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
    "expires_at": null, "last_used_at": null, "revoked_at": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct ApiKeyDto {
    id: CredentialId,
    name: String,
    /// How the secret begins: `ins_live` or `ins_test`, as the tenant is, and a little more to know it by.
    #[schema(example = "ins_live_x7Qp")]
    prefix: String,
    /// `custom` where `scopes` say what it may do.
    role: HeldRole,
    /// The permissions it has, as far as its maker has them. In order, each once.
    #[schema(required)]
    scopes: Option<Vec<String>>,
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
    "role": "member", "scopes": null, "created_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
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
        let (role, scopes) = match &key.grant {
            Grant::Role(role) => (HeldRole::of(RoleRef::Builtin(*role)), None),
            Grant::Scopes(names) => (HeldRole::Custom, Some(names.clone())),
        };
        Self {
            id: key.id,
            name: key.name.clone(),
            prefix: key.prefix.clone(),
            role,
            scopes,
            created_by: key.created_by,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            revoked_at: key.revoked_at,
            created_at: key.created_at,
            updated_at: key.updated_at,
        }
    }
}

impl From<&CreatedApiKey> for CreatedApiKeyDto {
    fn from(created: &CreatedApiKey) -> Self {
        Self { key: (&created.key).into(), secret: created.secret.clone() }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Hourly import", "expires_at": null}))]
pub struct PatchApiKey {
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 100, pattern = r"\S"
    )]
    name: Option<Option<String>>,
    /// `null`: good until it is revoked. A later one takes a person, who may do all that the key may.
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    expires_at: Option<Option<DateTime<Utc>>>,
}

impl PatchApiKey {
    fn command(self, if_match: IfMatch) -> Result<ChangeApiKey, Error> {
        let mut faults = Faults::new();
        faults.require(self.name != Some(None), "/name", "null", "must not be null");
        let expected_version = if_match.expected().map(version_of);
        let command =
            ChangeApiKey { expected_version, name: self.name.flatten(), expires_at: self.expires_at };
        faults.finish(command).map_err(Error::invalid)
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"overlap_minutes": 60}))]
pub struct RotateApiKeyRequest {
    /// How long the secret of before is good beside the new one; 60 unless told.
    #[serde(default = "an_hour")]
    #[schema(minimum = 0, maximum = 10080)]
    overlap_minutes: u32,
}

fn an_hour() -> u32 {
    60
}

fn shown(key: &ApiKey) -> Rendered {
    Rendered::ok(&ApiKeyDto::from(key)).etag(key.tag())
}

/// Makes an API key
#[utoipa::path(post, path = "/api-keys", responses((status = 201, body = CreatedApiKeyDto)))]
pub async fn create_api_key(app: State<App>, caller: Caller, body: Body<CreateApiKeyRequest>) -> Answer {
    let CreateApiKeyRequest { id, name, role, scopes, expires_at } = body.into_inner();
    let role = role.map(Into::into);
    let command = CreateApiKey { id, name, role, scopes, expires_at };
    respond(
        &caller,
        async |ctx| service::api_keys::create_api_key::create_api_key(&app, ctx, command).await,
        |created: &CreatedApiKey| {
            let location = format!("/api/v1/users/api-keys/{}", created.key.id);
            let rendered = Rendered::created(location, &CreatedApiKeyDto::from(created));
            rendered.etag(created.key.tag()).secret()
        },
    )
    .await
}

/// Lists the tenant's API keys
#[utoipa::path(get, path = "/api-keys", responses((status = 200, body = Listing<ApiKeyDto>)))]
pub async fn list_api_keys(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::api_keys::show_api_keys::list(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|key| ApiKeyDto::from(&key))))
}

/// Shows an API key
#[utoipa::path(get, path = "/api-keys/{id}", responses((status = 200, body = ApiKeyDto)))]
pub async fn get_api_key(app: State<App>, caller: Caller, id: PathId<CredentialKind>) -> Answer {
    Ok(shown(&service::api_keys::show_api_keys::one(&app, &caller, id.id()).await?))
}

/// Changes an API key's name, or until when it is good
///
/// What it may do stays as it was made: make another for more, or for less.
#[utoipa::path(patch, path = "/api-keys/{id}", responses((status = 200, body = ApiKeyDto)))]
pub async fn patch_api_key(
    app: State<App>,
    caller: Caller,
    id: PathId<CredentialKind>,
    if_match: IfMatch,
    body: Body<PatchApiKey>,
) -> Answer {
    let command = body.into_inner().command(if_match)?;
    respond(
        &caller,
        async |ctx| service::api_keys::change_api_key::change_api_key(&app, ctx, id.id(), command).await,
        shown,
    )
    .await
}

/// Gives an API key another secret
///
/// The one before it is good for a while as well, so that nothing stops until the new one is in its place; the
/// one before that ends at once.
#[utoipa::path(post, path = "/api-keys/{id}/rotate", responses((status = 200, body = CreatedApiKeyDto)))]
pub async fn rotate_api_key(
    app: State<App>,
    caller: Caller,
    id: PathId<CredentialKind>,
    body: Body<RotateApiKeyRequest>,
) -> Answer {
    let overlap_minutes = body.into_inner().overlap_minutes;
    respond(
        &caller,
        async |ctx| {
            service::api_keys::rotate_api_key::rotate_api_key(&app, ctx, id.id(), overlap_minutes).await
        },
        |rotated: &CreatedApiKey| {
            Rendered::ok(&CreatedApiKeyDto::from(rotated)).etag(rotated.key.tag()).secret()
        },
    )
    .await
}

/// Revokes an API key
///
/// Its secret of before as well, where that is still good.
#[utoipa::path(delete, path = "/api-keys/{id}", responses((status = 204, description = "The key is revoked")))]
pub async fn revoke_api_key(app: State<App>, caller: Caller, id: PathId<CredentialKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::api_keys::revoke_api_key::revoke_api_key(&app, ctx, id.id()).await,
        |_: &Revoked| Rendered::no_content(),
    )
    .await
}
