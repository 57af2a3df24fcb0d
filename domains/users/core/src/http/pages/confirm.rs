//! The page the links of a change of address lead to. A button must be pressed, since programs that look at mail follow its
//! links.

use super::{is_token, page, refusal, token_of};
use crate::app::App;
use crate::error::Error;
use crate::service::accounts::confirm_email_change::{Confirmed, confirm_email_change};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use web::Guest;

#[derive(Deserialize)]
pub struct Answer {
    token: String,
}

pub async fn ask(req: HttpRequest) -> HttpResponse {
    match token_of(&req) {
        Some(token) => page(StatusCode::OK, "Change of address", &form(&token)),
        None => refusal(Error::EmailChangeInvalid, ""),
    }
}

pub async fn confirm(app: Data<App>, guest: Guest, answer: Option<Form<Answer>>) -> HttpResponse {
    let Some(Form(Answer { token })) = answer else { return refusal(Error::EmailChangeInvalid, "") };
    let again = if is_token(&token) { form(&token) } else { String::new() };
    match confirm_email_change(&app, &guest, &token).await {
        Ok(Confirmed::Waiting) => page(
            StatusCode::OK,
            "This address has confirmed",
            "<p>The other one has to do so as well: look at its mail.</p>",
        ),
        Ok(Confirmed::Changed) => {
            page(StatusCode::OK, "The address is changed", "<p>Sign in with the new one from now on.</p>")
        }
        Err(error @ Error::Data(_)) => refusal(error, &again),
        Err(error) => refusal(error, ""),
    }
}

fn form(token: &str) -> String {
    format!(
        "<form method=\"post\"><input type=\"hidden\" name=\"token\" value=\"{token}\">\
         <p>Somebody who is signed in to an account wants to give it another e-mail address. If it was you, confirm it: \
         once both addresses have, you sign in with the new one.</p>\
         <p>If it was not you, close this page.</p><button>Confirm the change</button></form>"
    )
}
