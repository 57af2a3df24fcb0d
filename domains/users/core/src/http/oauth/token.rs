//! Where clients get tokens, give them back and ask what one is good for (RFC 6749, 7009 and 7662). What was wrong is told by the
//! words of RFC 6749.

use super::form::Parameters;
use crate::app::App;
use crate::domain::oauth::GrantType;
use crate::service::oauth::authenticate_client::authenticate_client;
use crate::service::oauth::exchange_code::{ExchangeCode, Exchanged, exchange_code};
use crate::service::oauth::grant_client_credentials::grant_client_credentials;
use crate::service::oauth::introspect_token::{Introspected, introspect_token};
use crate::service::oauth::refresh_client_session::refresh_client_session;
use crate::service::oauth::refusal::Refusal;
use crate::service::oauth::revoke_token::revoke_token;
use crate::service::sessions::tokens::SessionTokens;
use crate::store::oauth_client::Client;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE};
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use kernel::Visitor;
use serde::Serialize;
use serde_json::{Value, json};
use web::Guest;

type Sent = Option<Form<Vec<(String, String)>>>;

#[derive(Serialize)]
struct Tokens {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

impl Tokens {
    fn of(tokens: SessionTokens, is_renewed: bool, id_token: Option<String>) -> Self {
        Self {
            access_token: tokens.access_token,
            token_type: "Bearer",
            expires_in: tokens.expires_in_seconds,
            refresh_token: is_renewed.then_some(tokens.refresh_token),
            scope: tokens.scopes.join(" "),
            id_token,
        }
    }
}

pub async fn issue(app: Data<App>, guest: Guest, req: HttpRequest, sent: Sent) -> HttpResponse {
    match issued(&app, &guest, &req, sent).await {
        Ok(tokens) => answer(StatusCode::OK).json(tokens),
        Err(refusal) => refused(&refusal),
    }
}

async fn issued(app: &App, visitor: &Visitor, req: &HttpRequest, sent: Sent) -> Result<Tokens, Refusal> {
    let (parameters, client) = proved(app, visitor, req, sent).await?;
    let required =
        |name: &str, missing: &'static str| parameters.get(name).ok_or(Refusal::InvalidRequest(missing));
    let scope = parameters.get("scope");
    match GrantType::parse(required("grant_type", "Say by which grant_type.")?) {
        Some(GrantType::AuthorizationCode) => {
            let command = ExchangeCode {
                code: required("code", "Send the code.")?,
                redirect_uri: parameters.get("redirect_uri"),
                verifier: required(
                    "code_verifier",
                    "Send the code_verifier that the challenge was made of.",
                )?,
            };
            let Exchanged { tokens, is_renewed, id_token } =
                exchange_code(app, visitor, &client, command).await?;
            Ok(Tokens::of(tokens, is_renewed, id_token))
        }
        Some(GrantType::RefreshToken) => {
            let token = required("refresh_token", "Send the refresh_token.")?;
            let tokens = refresh_client_session(app, visitor, &client, token, scope).await?;
            Ok(Tokens::of(tokens, true, None))
        }
        Some(GrantType::ClientCredentials) => {
            let tokens = grant_client_credentials(app, visitor, &client, scope).await?;
            Ok(Tokens::of(tokens, false, None))
        }
        None => Err(Refusal::UnsupportedGrantType),
    }
}

pub async fn revoke(app: Data<App>, guest: Guest, req: HttpRequest, sent: Sent) -> HttpResponse {
    match revoked(&app, &guest, &req, sent).await {
        Ok(()) => answer(StatusCode::OK).finish(),
        Err(refusal) => refused(&refusal),
    }
}

async fn revoked(app: &App, visitor: &Visitor, req: &HttpRequest, sent: Sent) -> Result<(), Refusal> {
    let (parameters, client) = proved(app, visitor, req, sent).await?;
    let token = parameters.get("token").ok_or(Refusal::InvalidRequest("Send the token."))?;
    Ok(revoke_token(app, visitor, &client, token).await?)
}

pub async fn introspect(app: Data<App>, guest: Guest, req: HttpRequest, sent: Sent) -> HttpResponse {
    match introspected(&app, &guest, &req, sent).await {
        Ok(said) => answer(StatusCode::OK).json(said),
        Err(refusal) => refused(&refusal),
    }
}

async fn introspected(app: &App, visitor: &Visitor, req: &HttpRequest, sent: Sent) -> Result<Value, Refusal> {
    let (parameters, client) = proved(app, visitor, req, sent).await?;
    let token = parameters.get("token").ok_or(Refusal::InvalidRequest("Send the token."))?;
    Ok(match introspect_token(app, visitor, &client, token).await? {
        None => json!({ "active": false }),
        Some(Introspected::Access { claims, scopes }) => json!({
            "active": true, "token_type": "Bearer", "scope": scopes.join(" "), "client_id": claims.client_id,
            "sub": claims.sub, "aud": claims.aud, "iss": claims.iss, "iat": claims.iat, "exp": claims.exp,
            "jti": claims.jti, "tenant_id": claims.tenant_id,
        }),
        Some(Introspected::Refresh { user, tenant, scopes, expires_at }) => json!({
            "active": true, "scope": scopes.join(" "), "client_id": client.client_id, "sub": user,
            "iss": app.issuer, "exp": expires_at, "tenant_id": tenant,
        }),
    })
}

async fn proved(
    app: &App,
    visitor: &Visitor,
    req: &HttpRequest,
    sent: Sent,
) -> Result<(Parameters, Client), Refusal> {
    let parameters = Parameters::of(sent)?;
    let credentials = parameters.credentials(req)?;
    let client = authenticate_client(app, visitor, &credentials).await?;
    Ok((parameters, client))
}

fn answer(status: StatusCode) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer.insert_header((CACHE_CONTROL, "no-store")).insert_header((PRAGMA, "no-cache"));
    answer
}

fn refused(refusal: &Refusal) -> HttpResponse {
    let status = match refusal {
        Refusal::InvalidClient => StatusCode::UNAUTHORIZED,
        Refusal::Failed(problem) => {
            let cause = problem.cause.as_ref().map(ToString::to_string);
            tracing::error!(code = problem.kind.code, cause, "an OAuth endpoint failed");
            StatusCode::from_u16(problem.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
        }
        _ => StatusCode::BAD_REQUEST,
    };
    let mut answer = answer(status);
    if status == StatusCode::UNAUTHORIZED {
        answer.insert_header((WWW_AUTHENTICATE, "Basic realm=\"insula\""));
    }
    answer.json(json!({ "error": refusal.code(), "error_description": refusal.description() }))
}
