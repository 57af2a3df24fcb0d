//! What a client has to know of this server (RFC 8414). OpenID Connect reads the same from a place of its own.

use super::{AUTHORIZE, INTROSPECT, REVOKE, TOKEN};
use crate::app::App;
use crate::domain::oauth::{GrantType, OF_IDENTITY, offered};
use crate::http::jwks;
use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use serde_json::json;
use web::Guest;

pub const OAUTH: &str = "/.well-known/oauth-authorization-server";
pub const OPENID: &str = "/.well-known/openid-configuration";

pub async fn show(app: Data<App>, _: Guest) -> HttpResponse {
    let at = |path: &str| format!("{}{path}", app.issuer);
    let of_identity = OF_IDENTITY.iter().map(|(name, _)| *name);
    let scopes: Vec<&str> =
        of_identity.chain(offered(&app.permissions).map(|permission| permission.name)).collect();
    let secrets = ["client_secret_basic", "client_secret_post"];
    let all = ["client_secret_basic", "client_secret_post", "none"];
    let said = json!({
        "issuer": app.issuer,
        "authorization_endpoint": at(AUTHORIZE),
        "token_endpoint": at(TOKEN),
        "revocation_endpoint": at(REVOKE),
        "introspection_endpoint": at(INTROSPECT),
        "jwks_uri": at(jwks::PATH),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GrantType::ALL.map(GrantType::name),
        "token_endpoint_auth_methods_supported": all,
        "revocation_endpoint_auth_methods_supported": all,
        "introspection_endpoint_auth_methods_supported": secrets,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "claims_supported": ["iss", "sub", "aud", "iat", "exp", "auth_time", "amr", "nonce", "email", "email_verified"],
        "prompt_values_supported": ["login", "consent"],
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    });
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "public, max-age=600")).json(said)
}
