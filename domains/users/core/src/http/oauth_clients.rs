//! Programs of others over HTTP: how a tenant registers them, and takes them out of use.

use crate::app::App;
use crate::domain::oauth::GrantType;
use crate::domain::{OauthClientId, OauthClientKind};
use crate::error::Error;
use crate::service;
use crate::service::oauth::change_oauth_client::ChangeOauthClient;
use crate::service::oauth::create_oauth_client::{CreateOauthClient, CreatedOauthClient};
use crate::service::oauth::oauth_client::OauthClient;
use crate::store::oauth_client::ClientFields;
use chrono::{DateTime, Utc};
use kernel::{Faults, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{
    Answer, Body, Caller, IfMatch, IncludeDeleted, Listing, PageQuery, PathId, Rendered, State, respond,
};

/// How a client comes by its tokens.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OauthGrantType)]
pub enum GrantTypeDto {
    /// A member lets it act for them, in their browser.
    AuthorizationCode,
    /// And it goes on without them.
    RefreshToken,
    /// It acts for itself, as an API key of whoever registers it does.
    ClientCredentials,
}

impl From<GrantType> for GrantTypeDto {
    fn from(grant: GrantType) -> Self {
        match grant {
            GrantType::AuthorizationCode => Self::AuthorizationCode,
            GrantType::RefreshToken => Self::RefreshToken,
            GrantType::ClientCredentials => Self::ClientCredentials,
        }
    }
}

impl From<GrantTypeDto> for GrantType {
    fn from(grant: GrantTypeDto) -> Self {
        match grant {
            GrantTypeDto::AuthorizationCode => Self::AuthorizationCode,
            GrantTypeDto::RefreshToken => Self::RefreshToken,
            GrantTypeDto::ClientCredentials => Self::ClientCredentials,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Route planner", "confidential": true, "grant_types": ["authorization_code", "refresh_token"],
    "redirect_uris": ["https://planner.example/signed-in"], "scopes": ["users.members.read"],
}))]
pub struct CreateOauthClientRequest {
    /// Your own, or one is made.
    id: Option<OauthClientId>,
    /// What members are told it is called.
    #[schema(example = "Route planner", min_length = 1, max_length = 100, pattern = r"\S")]
    name: String,
    /// Whether it can keep a secret, as a program on a server can and one on a person's device cannot.
    confidential: bool,
    #[schema(min_items = 1, max_items = 3)]
    grant_types: Vec<GrantTypeDto>,
    /// Where a browser is sent back to, exactly; of a public client, a loopback address by whichever port.
    #[serde(default)]
    #[schema(max_items = 20)]
    redirect_uris: Vec<String>,
    /// The most that it may ask for: permissions, all of them yours, and `openid` and `email`.
    /// `GET /authorization/permissions` says which there are.
    #[schema(min_items = 1, max_items = 100)]
    scopes: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "client_id": "ins_client_x7Qp…", "name": "Route planner",
    "confidential": true, "grant_types": ["authorization_code", "refresh_token"],
    "redirect_uris": ["https://planner.example/signed-in"], "scopes": ["users.members.read"],
    "created_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "created_at": "2026-02-03T09:30:00Z",
    "updated_at": "2026-02-03T09:30:00Z", "deleted_at": null,
}))]
pub struct OauthClientDto {
    id: OauthClientId,
    /// What it calls itself under `/oauth`.
    #[schema(example = "ins_client_x7Qp…")]
    client_id: String,
    #[schema(example = "Route planner")]
    name: String,
    confidential: bool,
    grant_types: Vec<GrantTypeDto>,
    redirect_uris: Vec<String>,
    /// In order, each once.
    scopes: Vec<String>,
    created_by: UserId,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[schema(required)]
    deleted_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "client_id": "ins_client_x7Qp…", "name": "Route planner",
    "confidential": true, "grant_types": ["authorization_code", "refresh_token"],
    "redirect_uris": ["https://planner.example/signed-in"], "scopes": ["users.members.read"],
    "created_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "created_at": "2026-02-03T09:30:00Z",
    "updated_at": "2026-02-03T09:30:00Z", "deleted_at": null, "secret": "ins_secret_x7Qp…",
}))]
pub struct CreatedOauthClientDto {
    #[serde(flatten)]
    client: OauthClientDto,
    /// By which it proves who it is; a public one has none. It is shown this once.
    #[schema(required)]
    secret: Option<String>,
}

impl From<&OauthClient> for OauthClientDto {
    fn from(OauthClient { client, created_by }: &OauthClient) -> Self {
        let ClientFields { name, redirect_uris, scopes } = client.fields.clone();
        Self {
            id: client.id,
            client_id: client.client_id.clone(),
            name,
            confidential: !client.is_public(),
            grant_types: client.grant_types.iter().copied().map(Into::into).collect(),
            redirect_uris,
            scopes,
            created_by: *created_by,
            created_at: client.created_at,
            updated_at: client.updated_at,
            deleted_at: client.deleted_at,
        }
    }
}

impl From<&CreatedOauthClient> for CreatedOauthClientDto {
    fn from(created: &CreatedOauthClient) -> Self {
        Self { client: (&created.client).into(), secret: created.secret.clone() }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Route planner 2", "scopes": ["users.members.read"]}))]
pub struct PatchOauthClient {
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 100, pattern = r"\S"
    )]
    name: Option<Option<String>>,
    /// All of them anew
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<Vec<String>>, nullable = false, max_items = 20)]
    redirect_uris: Option<Option<Vec<String>>>,
    /// All of them anew. With fewer than before all that it has open ends.
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<Vec<String>>, nullable = false, min_items = 1, max_items = 100)]
    scopes: Option<Option<Vec<String>>>,
}

impl PatchOauthClient {
    fn command(self, expected_version: Option<i64>) -> Result<ChangeOauthClient, Error> {
        let mut faults = Faults::new();
        faults.require(self.name != Some(None), "/name", "null", "must not be null");
        faults.require(self.redirect_uris != Some(None), "/redirect_uris", "null", "must not be null");
        faults.require(self.scopes != Some(None), "/scopes", "null", "must not be null");
        let command = ChangeOauthClient {
            expected_version,
            name: self.name.flatten(),
            redirect_uris: self.redirect_uris.flatten(),
            scopes: self.scopes.flatten(),
        };
        faults.finish(command).map_err(Error::invalid)
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"overlap_minutes": 60}))]
pub struct RotateOauthClientRequest {
    /// How long the secret of before is good beside the new one; 60 unless told.
    #[serde(default = "an_hour")]
    #[schema(minimum = 0, maximum = 10080)]
    overlap_minutes: u32,
}

fn an_hour() -> u32 {
    60
}

fn shown(client: &OauthClient) -> Rendered {
    Rendered::ok(&OauthClientDto::from(client)).etag(client.client.version)
}

/// Registers a program of others
///
/// So that members may let it act for them, or that it acts for itself. What it may ask for is no more than what you may do.
/// It takes a proof of who you are from the last quarter of an hour.
#[utoipa::path(post, path = "/oauth-clients", responses((status = 201, body = CreatedOauthClientDto)))]
pub async fn create_oauth_client(
    app: State<App>,
    caller: Caller,
    body: Body<CreateOauthClientRequest>,
) -> Answer {
    let CreateOauthClientRequest { id, name, confidential, grant_types, redirect_uris, scopes } =
        body.into_inner();
    let command = CreateOauthClient {
        id,
        fields: ClientFields { name, redirect_uris, scopes },
        is_confidential: confidential,
        grant_types: grant_types.into_iter().map(Into::into).collect(),
    };
    respond(
        &caller,
        async |ctx| service::oauth::create_oauth_client::create_oauth_client(&app, ctx, command).await,
        |created: &CreatedOauthClient| {
            let client = &created.client.client;
            let location = format!("/api/v1/users/oauth-clients/{}", client.id);
            let rendered = Rendered::created(location, &CreatedOauthClientDto::from(created));
            rendered.etag(client.version).secret()
        },
    )
    .await
}

/// Lists the programs of others that are registered
#[utoipa::path(get, path = "/oauth-clients", responses((status = 200, body = Listing<OauthClientDto>)))]
pub async fn list_oauth_clients(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::oauth::show_oauth_clients::list(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|client| OauthClientDto::from(&client))))
}

/// Shows a program of others
#[utoipa::path(get, path = "/oauth-clients/{id}", responses((status = 200, body = OauthClientDto)))]
pub async fn get_oauth_client(
    app: State<App>,
    caller: Caller,
    id: PathId<OauthClientKind>,
    include_deleted: IncludeDeleted,
) -> Answer {
    let client = if *include_deleted {
        service::oauth::show_oauth_clients::one_deleted_too(&app, &caller, id.id()).await?
    } else {
        service::oauth::show_oauth_clients::one(&app, &caller, id.id()).await?
    };
    Ok(shown(&client))
}

/// Changes a program of others
///
/// One that acts for itself only by whoever registered it.
#[utoipa::path(patch, path = "/oauth-clients/{id}", responses((status = 200, body = OauthClientDto)))]
pub async fn patch_oauth_client(
    app: State<App>,
    caller: Caller,
    id: PathId<OauthClientKind>,
    if_match: IfMatch,
    body: Body<PatchOauthClient>,
) -> Answer {
    let command = body.into_inner().command(if_match.expected())?;
    respond(
        &caller,
        async |ctx| {
            service::oauth::change_oauth_client::change_oauth_client(&app, ctx, id.id(), command).await
        },
        shown,
    )
    .await
}

/// Gives a program of others another secret
///
/// The one before it is good for a while as well, so that nothing stops until the new one is in its place; the one before that
/// ends at once. What it has open goes on.
#[utoipa::path(
    post,
    path = "/oauth-clients/{id}/rotate",
    responses((status = 200, body = CreatedOauthClientDto))
)]
pub async fn rotate_oauth_client(
    app: State<App>,
    caller: Caller,
    id: PathId<OauthClientKind>,
    body: Body<RotateOauthClientRequest>,
) -> Answer {
    let overlap_minutes = body.into_inner().overlap_minutes;
    respond(
        &caller,
        async |ctx| {
            let (app, id) = (&app, id.id());
            service::oauth::rotate_oauth_client::rotate_oauth_client(app, ctx, id, overlap_minutes).await
        },
        |rotated: &CreatedOauthClient| {
            let rendered = Rendered::ok(&CreatedOauthClientDto::from(rotated));
            rendered.etag(rotated.client.client.version).secret()
        },
    )
    .await
}

/// Takes a program of others out of use
///
/// All that it has open ends within a second, and who let it act for them is asked anew should it come back.
#[utoipa::path(
    delete,
    path = "/oauth-clients/{id}",
    responses((status = 204, description = "It is deleted, and can be restored"))
)]
pub async fn delete_oauth_client(app: State<App>, caller: Caller, id: PathId<OauthClientKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::oauth::delete_oauth_client::delete_oauth_client(&app, ctx, id.id()).await,
        |_: &()| Rendered::no_content(),
    )
    .await
}

/// Brings a deleted program of others back
///
/// With the secret that it had.
#[utoipa::path(post, path = "/oauth-clients/{id}/restore", responses((status = 200, body = OauthClientDto)))]
pub async fn restore_oauth_client(app: State<App>, caller: Caller, id: PathId<OauthClientKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::oauth::restore_oauth_client::restore_oauth_client(&app, ctx, id.id()).await,
        shown,
    )
    .await
}
