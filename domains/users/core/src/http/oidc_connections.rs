//! The tenant's connections to providers over HTTP.

use crate::app::App;
use crate::domain::oidc::{Enforcement, Fields, GivenRole, Joining};
use crate::domain::{OidcConnectionId, OidcConnectionKind};
use crate::error::Error;
use crate::service;
use crate::service::sso::change_connection::ChangeConnection;
use crate::service::sso::connection::Connection;
use crate::service::sso::create_connection::CreateConnection;
use chrono::{DateTime, Utc};
use kernel::Faults;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use web::{Answer, Body, Caller, IfMatch, Listing, PageQuery, PathId, Rendered, State, respond};

/// What a provider may make somebody; never an owner
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProviderRole)]
pub enum ProviderRoleDto {
    Viewer,
    Member,
    Admin,
}

impl From<GivenRole> for ProviderRoleDto {
    fn from(role: GivenRole) -> Self {
        match role {
            GivenRole::Viewer => Self::Viewer,
            GivenRole::Member => Self::Member,
            GivenRole::Admin => Self::Admin,
        }
    }
}

impl From<ProviderRoleDto> for GivenRole {
    fn from(role: ProviderRoleDto) -> Self {
        match role {
            ProviderRoleDto::Viewer => Self::Viewer,
            ProviderRoleDto::Member => Self::Member,
            ProviderRoleDto::Admin => Self::Admin,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Joining)]
pub enum JoiningDto {
    /// Members, and who is invited
    Invited,
    /// Whoever the provider knows, with an address in a verified domain
    Anybody,
}

impl From<Joining> for JoiningDto {
    fn from(joining: Joining) -> Self {
        match joining {
            Joining::Invited => Self::Invited,
            Joining::Anybody => Self::Anybody,
        }
    }
}

impl From<JoiningDto> for Joining {
    fn from(joining: JoiningDto) -> Self {
        match joining {
            JoiningDto::Invited => Self::Invited,
            JoiningDto::Anybody => Self::Anybody,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Enforcement)]
pub enum EnforcementDto {
    Optional,
    /// Who has an address in a verified domain signs in by the provider alone, but an owner with two factors
    Enforced,
}

impl From<Enforcement> for EnforcementDto {
    fn from(enforcement: Enforcement) -> Self {
        match enforcement {
            Enforcement::Optional => Self::Optional,
            Enforcement::Enforced => Self::Enforced,
        }
    }
}

impl From<EnforcementDto> for Enforcement {
    fn from(enforcement: EnforcementDto) -> Self {
        match enforcement {
            EnforcementDto::Optional => Self::Optional,
            EnforcementDto::Enforced => Self::Enforced,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Entra",
    "issuer": "https://login.microsoftonline.com/0b1c2d3e-0000-0000-0000-000000000000/v2.0", "client_id": "insula",
    "scopes": ["email", "profile"], "return_to": ["https://app.example.com/signed-in"],
    "verified_claim": "email_verified", "roles_claim": "groups", "role_map": {"insula-admins": "admin"},
    "default_role": "viewer", "joining": "anybody", "enforcement": "optional",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct OidcConnectionDto {
    id: OidcConnectionId,
    name: String,
    /// Who somebody is there is worth nothing at another, so it stays
    issuer: String,
    client_id: String,
    /// Beside `openid`
    scopes: Vec<String>,
    /// Where clients are handed their code
    return_to: Vec<String>,
    /// The claim that says that the address is proved
    verified_claim: String,
    /// The claim whose values are in `role_map`; without it, the provider does not say who is what
    #[schema(required)]
    roles_claim: Option<String>,
    role_map: BTreeMap<String, ProviderRoleDto>,
    /// Of who has none of the values, and of who comes in where the provider does not say
    default_role: ProviderRoleDto,
    joining: JoiningDto,
    enforcement: EnforcementDto,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Connection> for OidcConnectionDto {
    fn from(connection: &Connection) -> Self {
        let fields = connection.fields.clone();
        Self {
            id: connection.id,
            name: fields.name,
            issuer: fields.issuer,
            client_id: fields.client_id,
            scopes: fields.scopes,
            return_to: fields.return_to,
            verified_claim: fields.verified_claim,
            roles_claim: fields.roles_claim,
            role_map: fields.role_map.into_iter().map(|(value, role)| (value, role.into())).collect(),
            default_role: fields.default_role.into(),
            joining: fields.joining.into(),
            enforcement: fields.enforcement.into(),
            created_at: connection.created_at,
            updated_at: connection.updated_at,
        }
    }
}

fn usual_scopes() -> Vec<String> {
    ["email", "profile"].map(str::to_owned).to_vec()
}

fn usual_claim() -> String {
    "email_verified".to_owned()
}

fn usual_role() -> ProviderRoleDto {
    ProviderRoleDto::Viewer
}

fn usual_joining() -> JoiningDto {
    JoiningDto::Invited
}

fn usual_enforcement() -> EnforcementDto {
    EnforcementDto::Optional
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Keycloak", "issuer": "https://login.example.com/realms/engines", "client_id": "insula",
    "client_secret": "kept by both alone", "return_to": ["https://app.example.com/signed-in"],
    "roles_claim": "groups", "role_map": {"insula-admins": "admin"}, "joining": "anybody",
}))]
pub struct CreateOidcConnection {
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    name: String,
    /// As the provider writes it in its own discovery document
    #[schema(min_length = 1, max_length = 500, pattern = "^https?://")]
    issuer: String,
    #[schema(min_length = 1, max_length = 255, pattern = r"\S")]
    client_id: String,
    /// Is shown to nobody
    #[schema(min_length = 1, max_length = 1000)]
    client_secret: String,
    #[serde(default = "usual_scopes")]
    #[schema(max_items = 20)]
    scopes: Vec<String>,
    #[schema(min_items = 1, max_items = 20)]
    return_to: Vec<String>,
    /// Entra says `xms_edov` where others say `email_verified`
    #[serde(default = "usual_claim")]
    #[schema(min_length = 1, max_length = 100)]
    verified_claim: String,
    #[schema(min_length = 1, max_length = 100)]
    roles_claim: Option<String>,
    #[serde(default)]
    role_map: BTreeMap<String, ProviderRoleDto>,
    #[serde(default = "usual_role")]
    default_role: ProviderRoleDto,
    #[serde(default = "usual_joining")]
    joining: JoiningDto,
    #[serde(default = "usual_enforcement")]
    enforcement: EnforcementDto,
}

impl From<CreateOidcConnection> for CreateConnection {
    fn from(body: CreateOidcConnection) -> Self {
        Self {
            fields: Fields {
                name: body.name,
                issuer: body.issuer,
                client_id: body.client_id,
                scopes: body.scopes,
                return_to: body.return_to,
                verified_claim: body.verified_claim,
                roles_claim: body.roles_claim,
                role_map: roles(body.role_map),
                default_role: body.default_role.into(),
                joining: body.joining.into(),
                enforcement: body.enforcement.into(),
            },
            client_secret: body.client_secret,
        }
    }
}

fn roles(map: BTreeMap<String, ProviderRoleDto>) -> BTreeMap<String, GivenRole> {
    map.into_iter().map(|(value, role)| (value, role.into())).collect()
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role_map": {"insula-admins": "admin"}, "enforcement": "enforced"}))]
pub struct PatchOidcConnection {
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 100, pattern = r"\S"
    )]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 255, pattern = r"\S"
    )]
    client_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 1000)]
    client_secret: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<Vec<String>>, nullable = false, max_items = 20)]
    scopes: Option<Option<Vec<String>>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<Vec<String>>, nullable = false, min_items = 1, max_items = 20)]
    return_to: Option<Option<Vec<String>>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 100)]
    verified_claim: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    roles_claim: Option<Option<String>>,
    /// All of it anew
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<BTreeMap<String, ProviderRoleDto>>, nullable = false)]
    role_map: Option<Option<BTreeMap<String, ProviderRoleDto>>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<ProviderRoleDto>, nullable = false)]
    default_role: Option<Option<ProviderRoleDto>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<JoiningDto>, nullable = false)]
    joining: Option<Option<JoiningDto>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<EnforcementDto>, nullable = false)]
    enforcement: Option<Option<EnforcementDto>>,
}

impl PatchOidcConnection {
    fn command(self, expected_version: Option<i64>) -> Result<ChangeConnection, Error> {
        let mut faults = Faults::new();
        let said = [
            (self.name != Some(None), "/name"),
            (self.client_id != Some(None), "/client_id"),
            (self.client_secret != Some(None), "/client_secret"),
            (self.scopes != Some(None), "/scopes"),
            (self.return_to != Some(None), "/return_to"),
            (self.verified_claim != Some(None), "/verified_claim"),
            (self.role_map != Some(None), "/role_map"),
            (self.default_role != Some(None), "/default_role"),
            (self.joining != Some(None), "/joining"),
            (self.enforcement != Some(None), "/enforcement"),
        ];
        for (is_said, pointer) in said {
            faults.require(is_said, pointer, "null", "must not be null");
        }
        let command = ChangeConnection {
            expected_version,
            name: self.name.flatten(),
            client_id: self.client_id.flatten(),
            client_secret: self.client_secret.flatten(),
            scopes: self.scopes.flatten(),
            return_to: self.return_to.flatten(),
            verified_claim: self.verified_claim.flatten(),
            roles_claim: self.roles_claim,
            role_map: self.role_map.flatten().map(roles),
            default_role: self.default_role.flatten().map(Into::into),
            joining: self.joining.flatten().map(Into::into),
            enforcement: self.enforcement.flatten().map(Into::into),
        };
        faults.finish(command).map_err(Error::invalid)
    }
}

fn shown(connection: &Connection) -> Rendered {
    Rendered::ok(&OidcConnectionDto::from(connection)).etag(connection.version)
}

fn created(connection: &Connection) -> Rendered {
    let location = format!("/api/v1/users/oidc-connections/{}", connection.id);
    Rendered::created(location, &OidcConnectionDto::from(connection)).etag(connection.version)
}

/// Connects the tenant to a provider of its own
///
/// Members sign in there from then on, beside what they have. Register `<this installation>/sso/{id}/callback` with the
/// provider, and `<this installation>/sso/{id}/initiate` where it starts sign-ins. It takes a proof of who you are from the last
/// quarter of an hour.
#[utoipa::path(
    post,
    path = "/oidc-connections",
    responses(
        (status = 201, body = OidcConnectionDto),
        (status = 409, description = "There are as many as there may be, or nobody could get back in")
    )
)]
pub async fn create_oidc_connection(
    app: State<App>,
    caller: Caller,
    body: Body<CreateOidcConnection>,
) -> Answer {
    let command: CreateConnection = body.into_inner().into();
    respond(
        &caller,
        async |ctx| service::sso::create_connection::create_connection(&app, ctx, command).await,
        created,
    )
    .await
}

/// Lists the tenant's connections to providers
#[utoipa::path(get, path = "/oidc-connections", responses((status = 200, body = Listing<OidcConnectionDto>)))]
pub async fn list_oidc_connections(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::sso::show_connections::list(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|connection| OidcConnectionDto::from(&connection))))
}

/// Shows a connection to a provider
///
/// All but its secret.
#[utoipa::path(get, path = "/oidc-connections/{id}", responses((status = 200, body = OidcConnectionDto)))]
pub async fn get_oidc_connection(app: State<App>, caller: Caller, id: PathId<OidcConnectionKind>) -> Answer {
    Ok(shown(&service::sso::show_connections::one(&app, &caller, id.id()).await?))
}

/// Changes a connection to a provider
///
/// Where it is enforced, sessions that were opened otherwise are of no use within a second. It takes a proof of who you are from
/// the last quarter of an hour.
#[utoipa::path(
    patch,
    path = "/oidc-connections/{id}",
    responses((status = 200, body = OidcConnectionDto), (status = 409, description = "Nobody could get back in"))
)]
pub async fn patch_oidc_connection(
    app: State<App>,
    caller: Caller,
    id: PathId<OidcConnectionKind>,
    if_match: IfMatch,
    body: Body<PatchOidcConnection>,
) -> Answer {
    let command = body.into_inner().command(if_match.expected())?;
    respond(
        &caller,
        async |ctx| service::sso::change_connection::change_connection(&app, ctx, id.id(), command).await,
        shown,
    )
    .await
}

/// Ends a connection to a provider for good
///
/// Its secret is deleted, as is who its people are here: another connection to the same provider gets to know them anew.
/// Sessions that it opened end when they are renewed.
#[utoipa::path(
    delete,
    path = "/oidc-connections/{id}",
    responses((status = 204, description = "It is gone"))
)]
pub async fn delete_oidc_connection(
    app: State<App>,
    caller: Caller,
    id: PathId<OidcConnectionKind>,
) -> Answer {
    respond(
        &caller,
        async |ctx| service::sso::delete_connection::delete_connection(&app, ctx, id.id()).await,
        |_: &()| Rendered::no_content(),
    )
    .await
}
