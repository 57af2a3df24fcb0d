//! Over HTTP: which programs of others somebody lets act for them, and how they take it back. How they let one is a page
//! (`oauth/authorize.rs`).

use crate::app::App;
use crate::domain::{OauthGrantId, OauthGrantKind};
use crate::service;
use crate::service::oauth::revoke_oauth_grant::Revoked;
use crate::service::oauth::show_oauth_grants::OauthGrant;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Answer, Caller, Listing, PageQuery, PathId, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "client_id": "ins_client_x7Qp…", "client_name": "Route planner",
    "scopes": ["users.members.read"],
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct OauthGrantDto {
    id: OauthGrantId,
    #[schema(example = "ins_client_x7Qp…")]
    client_id: String,
    #[schema(example = "Route planner")]
    client_name: String,
    /// As far as you may do it yourself. In order, each once.
    scopes: Vec<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&OauthGrant> for OauthGrantDto {
    fn from(grant: &OauthGrant) -> Self {
        Self {
            id: grant.id,
            client_id: grant.client_id.clone(),
            client_name: grant.client_name.clone(),
            scopes: grant.scopes.clone(),
            created_at: grant.created_at,
            updated_at: grant.updated_at,
        }
    }
}

/// Lists the programs of others that may act for the caller
///
/// In this tenant.
#[utoipa::path(get, path = "/me/oauth-grants", responses((status = 200, body = Listing<OauthGrantDto>)))]
pub async fn list_oauth_grants(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::oauth::show_oauth_grants::list(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|grant| OauthGrantDto::from(&grant))))
}

/// Shows how far a program of others may act for the caller
#[utoipa::path(get, path = "/me/oauth-grants/{id}", responses((status = 200, body = OauthGrantDto)))]
pub async fn get_oauth_grant(app: State<App>, caller: Caller, id: PathId<OauthGrantKind>) -> Answer {
    let grant = service::oauth::show_oauth_grants::one(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&OauthGrantDto::from(&grant)).etag_of_body())
}

/// Lets a program of others act for the caller no more
///
/// What it has open for them ends within a second.
#[utoipa::path(
    delete,
    path = "/me/oauth-grants/{id}",
    responses((status = 204, description = "It may not any more"))
)]
pub async fn revoke_oauth_grant(app: State<App>, caller: Caller, id: PathId<OauthGrantKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::oauth::revoke_oauth_grant::revoke_oauth_grant(&app, ctx, id.id()).await,
        |_: &Revoked| Rendered::no_content(),
    )
    .await
}
