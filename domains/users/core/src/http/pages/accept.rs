//! The page an invitation leads to.

use super::{is_token, page, refusal, token_of};
use crate::app::App;
use crate::error::Error;
use crate::service::members::accept_invitation::{AcceptInvitation, accept_invitation};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use web::Guest;

#[derive(Deserialize)]
pub struct Answer {
    token: String,
    password: String,
    display_name: Option<String>,
}

pub async fn ask(req: HttpRequest) -> HttpResponse {
    match token_of(&req) {
        Some(token) => page(StatusCode::OK, "Accept the invitation", &form(&token)),
        None => refusal(Error::InvitationInvalid, ""),
    }
}

pub async fn accept(app: Data<App>, guest: Guest, answer: Option<Form<Answer>>) -> HttpResponse {
    let Some(Form(Answer { token, password, display_name })) = answer else {
        return refusal(Error::InvitationInvalid, "");
    };
    let again = if is_token(&token) { form(&token) } else { String::new() };
    match accept_invitation(&app, &guest, AcceptInvitation { token, password, display_name }).await {
        Ok(_) => page(StatusCode::OK, "You are in", "<p>You can sign in now.</p>"),
        Err(error @ (Error::InvitationInvalid | Error::Refused(_))) => refusal(error, &again),
        Err(error) => refusal(error, ""),
    }
}

fn form(token: &str) -> String {
    format!(
        "<form method=\"post\"><input type=\"hidden\" name=\"token\" value=\"{token}\">\
         <p>If you have an account with this address, give its password. If not, choose one of at least 8 characters, \
         and say what you are called.</p>\
         <p><label>Password <input type=\"password\" name=\"password\" required autocomplete=\"current-password\">\
         </label></p><p><label>Name, for a new account <input name=\"display_name\" maxlength=\"100\" \
         autocomplete=\"name\"></label></p><button>Accept</button></form>"
    )
}
