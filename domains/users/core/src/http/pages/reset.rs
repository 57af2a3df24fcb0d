//! The page the link of a password reset leads to.

use super::{is_token, page, refusal, token_of};
use crate::app::App;
use crate::error::Error;
use crate::service::accounts::reset_password::{ResetPassword, reset_password};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use web::Guest;

#[derive(Deserialize)]
pub struct Answer {
    token: String,
    password: String,
}

pub async fn ask(req: HttpRequest) -> HttpResponse {
    match token_of(&req) {
        Some(token) => page(StatusCode::OK, "Choose a new password", &form(&token)),
        None => refusal(Error::ResetInvalid, ""),
    }
}

pub async fn reset(app: Data<App>, guest: Guest, answer: Option<Form<Answer>>) -> HttpResponse {
    let Some(Form(Answer { token, password })) = answer else { return refusal(Error::ResetInvalid, "") };
    let again = if is_token(&token) { form(&token) } else { String::new() };
    match reset_password(&app, &guest, ResetPassword { token, password }).await {
        Ok(()) => page(StatusCode::OK, "The password is changed", "<p>You can sign in with it now.</p>"),
        Err(error @ Error::Refused(_)) => refusal(error, &again),
        Err(error) => refusal(error, ""),
    }
}

fn form(token: &str) -> String {
    format!(
        "<form method=\"post\"><input type=\"hidden\" name=\"token\" value=\"{token}\">\
         <p>At least 8 characters; 15 or more are better. Everybody who is signed in with the old one is signed out.</p>\
         <p><label>New password <input type=\"password\" name=\"password\" required minlength=\"8\" \
         autocomplete=\"new-password\"></label></p><button>Change it</button></form>"
    )
}
