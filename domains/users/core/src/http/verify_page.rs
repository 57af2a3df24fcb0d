//! The page a verification link leads to. It asks for the password of the sign-up, which also keeps programs that look
//! at mail and follow its links from spending them. No script, nothing from elsewhere.

use crate::app::App;
use crate::error::Error;
use crate::service::verify_email::{VerifyEmail, verify_email};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::web::{self as actix, Data, Form, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use kernel::Problem;
use module::Pages;
use serde::Deserialize;
use std::sync::Arc;
use users_contract::VERIFICATION_PATH;
use web::Guest;

pub fn pages(app: App) -> Pages {
    Arc::new(move |config: &mut ServiceConfig| {
        let page = actix::resource(VERIFICATION_PATH)
            .app_data(Data::new(app.clone()))
            .route(actix::get().to(ask))
            .route(actix::post().to(verify));
        config.service(page);
    })
}

#[derive(Deserialize)]
struct Link {
    token: String,
}

#[derive(Deserialize)]
struct Answer {
    token: String,
    password: String,
}

async fn ask(req: HttpRequest) -> HttpResponse {
    let link = actix::Query::<Link>::from_query(req.query_string());
    match link.ok().map(|link| link.into_inner().token).filter(|token| is_token(token)) {
        Some(token) => page(StatusCode::OK, "Verify your e-mail address", &form(&token)),
        None => refusal(Error::LinkInvalid, ""),
    }
}

async fn verify(app: Data<App>, guest: Guest, answer: Option<Form<Answer>>) -> HttpResponse {
    let Some(Form(Answer { token, password })) = answer else { return refusal(Error::LinkInvalid, "") };
    let again = if is_token(&token) { form(&token) } else { String::new() };
    match verify_email(&app, &guest, VerifyEmail { token, password }).await {
        Ok(()) => page(StatusCode::OK, "The address is verified", "<p>You can sign in now.</p>"),
        Err(error @ Error::LinkInvalid) => refusal(error, &again),
        Err(error) => refusal(error, ""),
    }
}

fn form(token: &str) -> String {
    format!(
        "<form method=\"post\"><input type=\"hidden\" name=\"token\" value=\"{token}\">\
         <p>Give the password you chose when you signed up, and the address is yours here. If you did not sign up, \
         close this page.</p><p><label>Password <input type=\"password\" name=\"password\" required \
         autocomplete=\"current-password\"></label></p><button>Verify this address</button></form>"
    )
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
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:20vh auto;padding:0 1rem}}\
         button,input{{font:inherit;padding:.5rem 1rem}}</style><h1>{title}</h1>{content}</html>\n"
    );
    let policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; \
         base-uri 'none'";
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .body(html)
}
