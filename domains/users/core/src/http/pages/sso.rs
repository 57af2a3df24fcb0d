//! The way to a tenant's provider and back. Browsers are sent on; what goes wrong they are told on a page.

use super::refusal;
use crate::app::App;
use crate::domain::OidcConnectionId;
use crate::error::Error;
use crate::service::sso::finish_sign_in::{Returned, finish_sign_in};
use crate::service::sso::initiate_sign_in::{InitiateSignIn, initiate_sign_in};
use crate::service::sso::start_sign_in::{StartSignIn, start_sign_in};
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use web::Guest;

pub const START_PATH: &str = "/sso/{id}/start";
pub const INITIATE_PATH: &str = "/sso/{id}/initiate";

#[derive(Deserialize)]
pub struct Start {
    return_to: Option<String>,
    code_challenge: Option<String>,
    login_hint: Option<String>,
}

pub async fn start(app: Data<App>, guest: Guest, req: HttpRequest) -> HttpResponse {
    let (Some(id), Ok(Query(start))) = (connection(&req), Query::<Start>::from_query(req.query_string()))
    else {
        return refusal(Error::OidcConnectionNotFound, "");
    };
    let Some(return_to) = start.return_to else { return refusal(Error::SsoReturnRefused, "") };
    let code_challenge = start.code_challenge.unwrap_or_default();
    let command = StartSignIn { return_to, code_challenge, login_hint: start.login_hint };
    sent_on(start_sign_in(&app, &guest, id, command).await)
}

#[derive(Deserialize)]
pub struct Initiate {
    iss: Option<String>,
    login_hint: Option<String>,
    target_link_uri: Option<String>,
}

/// By a link, and by a form (OpenID Connect Core, section 4).
pub async fn initiate(
    app: Data<App>,
    _guest: Guest,
    req: HttpRequest,
    form: Option<Form<Initiate>>,
) -> HttpResponse {
    let asked = match form {
        Some(Form(form)) => Ok(form),
        None => Query::<Initiate>::from_query(req.query_string()).map(Query::into_inner),
    };
    let (Some(id), Ok(asked)) = (connection(&req), asked) else {
        return refusal(Error::OidcConnectionNotFound, "");
    };
    let Initiate { iss, login_hint, target_link_uri } = asked;
    let Some(issuer) = iss else { return refusal(Error::SsoRefused, "") };
    let command = InitiateSignIn { issuer, login_hint, target: target_link_uri };
    sent_on(initiate_sign_in(&app, id, command).await)
}

#[derive(Deserialize)]
pub struct Back {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
}

pub async fn finish(app: Data<App>, guest: Guest, req: HttpRequest) -> HttpResponse {
    let back = Query::<Back>::from_query(req.query_string());
    let (Some(connection), Ok(Query(Back { state: Some(state), code, iss }))) = (connection(&req), back)
    else {
        return refusal(Error::SsoStateInvalid, "");
    };
    sent_on(finish_sign_in(&app, &guest, Returned { connection, state, code, issuer: iss }).await)
}

fn connection(req: &HttpRequest) -> Option<OidcConnectionId> {
    req.match_info().get("id")?.parse().ok()
}

/// To where only a client of the tenant's, or its provider, is; no cache has it, and nobody there is told from where.
fn sent_on(to: Result<String, Error>) -> HttpResponse {
    match to {
        Ok(url) => HttpResponse::SeeOther()
            .insert_header((LOCATION, url))
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish(),
        Err(error) => refusal(error, ""),
    }
}
