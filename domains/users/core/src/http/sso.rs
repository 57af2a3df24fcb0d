//! Where whoever has an address signs in, and the end of a sign-in by a provider. What is between is pages, since browsers go
//! there.

use crate::app::App;
use crate::domain::OidcConnectionId;
use crate::http::sessions::SessionTokensDto;
use crate::service;
use crate::service::sso::discover::Found;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Guest, Rendered, State};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com"}))]
pub struct DiscoverRequest {
    #[schema(min_length = 3, max_length = 254)]
    email: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "connection": {
        "connection_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Entra",
        "start_path": "/sso/0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b/start",
    },
}))]
pub struct DiscoveredDto {
    /// `null`: sign in with a password or a passkey
    #[schema(required)]
    connection: Option<DiscoveredConnectionDto>,
}

#[derive(Serialize, ToSchema)]
pub struct DiscoveredConnectionDto {
    connection_id: OidcConnectionId,
    name: String,
    /// Send the browser there with `return_to` and `code_challenge`
    start_path: String,
}

impl From<Option<Found>> for DiscoveredDto {
    fn from(found: Option<Found>) -> Self {
        let connection = found.map(|found| DiscoveredConnectionDto {
            connection_id: found.connection,
            name: found.name,
            start_path: format!("/sso/{}/start", found.connection),
        });
        Self { connection }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "code": "ins_sso_9kLm…", "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
}))]
pub struct ExchangeRequest {
    /// As `return_to` was handed it, within a minute
    #[schema(min_length = 1, max_length = 200)]
    code: String,
    /// Whose S256 was the `code_challenge` of the beginning (RFC 7636)
    #[schema(min_length = 43, max_length = 128)]
    code_verifier: String,
}

/// Tells where whoever has this address signs in
///
/// By the domain of the address alone: it tells nothing of any person.
#[utoipa::path(post, path = "/sso/discover", responses((status = 200, body = DiscoveredDto)))]
pub async fn discover_sso(app: State<App>, _guest: Guest, body: Body<DiscoverRequest>) -> Answer {
    let DiscoverRequest { email } = body.into_inner();
    let found = service::sso::discover::discover(&app, &email).await?;
    Ok(Rendered::ok(&DiscoveredDto::from(found)).secret())
}

/// Exchanges the code of a sign-in by a provider for the tokens of a session
///
/// The client has made a secret, and sent the browser to `/sso/{connection}/start?return_to=…&code_challenge=…` with its
/// S256; the browser has come back to `return_to` with `code`. The session is of the connection's tenant alone.
#[utoipa::path(
    post,
    path = "/sso/exchange",
    responses(
        (status = 200, body = SessionTokensDto),
        (status = 401, description = "The code is not good, or not of who has this secret")
    )
)]
pub async fn exchange_sso(app: State<App>, guest: Guest, body: Body<ExchangeRequest>) -> Answer {
    let ExchangeRequest { code, code_verifier } = body.into_inner();
    let exchanged = service::sso::exchange_sign_in::exchange_sign_in(&app, &guest, &code, &code_verifier);
    Ok(Rendered::ok(&SessionTokensDto::from(&exchanged.await?)).secret())
}
