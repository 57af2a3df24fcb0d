//! The page a verification link leads to. It asks for the password of the sign-up, which also keeps programs that look
//! at mail and follow its links from spending them. No script, nothing from elsewhere.

use super::{is_token, page, refusal, token_of};
use crate::app::App;
use crate::error::Error;
use crate::service::accounts::verify_email::{VerifyEmail, verify_email};
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
        Some(token) => page(StatusCode::OK, "Verify your e-mail address", &form(&token)),
        None => refusal(Error::LinkInvalid, ""),
    }
}

pub async fn verify(app: Data<App>, guest: Guest, answer: Option<Form<Answer>>) -> HttpResponse {
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
