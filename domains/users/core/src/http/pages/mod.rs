//! The pages that links in mail lead to. Each wants a form to be sent, with a password where it lets somebody in, before
//! anything is spent, since programs that look at mail follow its links. No script, nothing from elsewhere.

mod accept;
mod confirm;
mod reset;
mod sso;
mod verify;

use crate::app::App;
use crate::error::Error;
use crate::http::{jwks, oauth, scim};
use crate::service::sso::provider::CALLBACK_PATH;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::web::{self as actix, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use kernel::Problem;
use module::Pages;
use serde::Deserialize;
use std::sync::Arc;
use users_contract::{EMAIL_CHANGE_PATH, INVITATION_PATH, PASSWORD_RESET_PATH, VERIFICATION_PATH};

pub fn pages(app: App) -> Pages {
    Arc::new(move |config: &mut ServiceConfig| {
        let verification = actix::resource(VERIFICATION_PATH)
            .app_data(Data::new(app.clone()))
            .route(actix::get().to(verify::ask))
            .route(actix::post().to(verify::verify));
        let invitation = actix::resource(INVITATION_PATH)
            .app_data(Data::new(app.clone()))
            .route(actix::get().to(accept::ask))
            .route(actix::post().to(accept::accept));
        let reset = actix::resource(PASSWORD_RESET_PATH)
            .app_data(Data::new(app.clone()))
            .route(actix::get().to(reset::ask))
            .route(actix::post().to(reset::reset));
        let email_change = actix::resource(EMAIL_CHANGE_PATH)
            .app_data(Data::new(app.clone()))
            .route(actix::get().to(confirm::ask))
            .route(actix::post().to(confirm::confirm));
        let start = actix::resource(sso::START_PATH)
            .app_data(Data::new(app.clone()))
            .route(actix::get().to(sso::start));
        let initiate = actix::resource(sso::INITIATE_PATH)
            .app_data(Data::new(app.clone()))
            .route(actix::get().to(sso::initiate))
            .route(actix::post().to(sso::initiate));
        let callback = actix::resource(CALLBACK_PATH)
            .app_data(Data::new(app.clone()))
            .route(actix::get().to(sso::finish));
        config.service(start).service(initiate).service(callback);
        let keys =
            actix::resource(jwks::PATH).app_data(Data::new(app.clone())).route(actix::get().to(jwks::show));
        config.service(scim::scope(app.clone()));
        oauth::resources(config, &app);
        config.service(keys).service(verification).service(invitation).service(reset).service(email_change);
    })
}

/// The token that a link brings.
fn token_of(req: &HttpRequest) -> Option<String> {
    #[derive(Deserialize)]
    struct Link {
        token: String,
    }
    let link = actix::Query::<Link>::from_query(req.query_string()).ok()?;
    Some(link.into_inner().token).filter(|token| is_token(token))
}

/// What follows can be tried again with `form`.
fn refusal(error: Error, form: &str) -> HttpResponse {
    let problem = Problem::from(error);
    if problem.kind.status >= 500 {
        let cause = problem.cause.as_ref().map(ToString::to_string);
        tracing::error!(code = problem.kind.code, cause, "the verification page failed");
    }
    let status = StatusCode::from_u16(problem.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    page(status, problem.kind.title, &format!("<p>{}</p>{form}", problem.detail))
}

/// What is written into the page is one of our tokens, or one of our own texts.
fn is_token(text: &str) -> bool {
    text.len() <= 100 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn page(status: StatusCode, title: &str, content: &str) -> HttpResponse {
    page_leading_to("'self'", status, title, content)
}

/// One whose form may lead there: a source of `form-action`. Title and content are HTML.
pub(super) fn page_leading_to(
    form_action: &str,
    status: StatusCode,
    title: &str,
    content: &str,
) -> HttpResponse {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:20vh auto;padding:0 1rem}}\
         button,input{{font:inherit;padding:.5rem 1rem}}</style><h1>{title}</h1>{content}</html>\n"
    );
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; form-action {form_action}; frame-ancestors 'none'; \
         base-uri 'none'"
    );
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .body(html)
}
