//! The page where somebody signs in and lets a client act for them, or does not. It works without scripts: passkeys, which take
//! one, do not sign in here.

use super::AUTHORIZE;
use super::ticket::{Ticket, forgotten};
use crate::app::App;
use crate::domain::redirect_uri::form_action;
use crate::error::Error;
use crate::http::pages::page_leading_to;
use crate::service::oauth::allow_client::allow_client;
use crate::service::oauth::authorization::{self, Asked, Wrong, look_at};
use crate::service::oauth::sign_in_to_authorize::{SignInToAuthorize, SignedIn, sign_in_to_authorize};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION, SET_COOKIE};
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use kernel::{Problem, Visitor};
use serde::Deserialize;
use web::{AccountLimit, Guest};

#[derive(Deserialize)]
pub struct Sent {
    csrf: String,
    email: Option<String>,
    password: Option<String>,
    code: Option<String>,
    decision: Option<String>,
}

pub async fn ask(app: Data<App>, guest: Guest, req: HttpRequest) -> HttpResponse {
    let asked = match look_at(&app, &guest, req.query_string()).await {
        Ok(asked) => asked,
        Err(wrong) => return turned_away(wrong),
    };
    match Ticket::of(&app, &req, &asked.query, guest.now()) {
        Some(Ticket { csrf, signed_in: Some(who), .. }) => consent(&app, &asked, &who, &csrf),
        _ => sign_in_page(&app, &guest, &asked, StatusCode::OK, None),
    }
}

pub async fn answer(
    app: Data<App>,
    guest: Guest,
    limit: AccountLimit,
    req: HttpRequest,
    sent: Option<Form<Sent>>,
) -> HttpResponse {
    let asked = match look_at(&app, &guest, req.query_string()).await {
        Ok(asked) => asked,
        Err(wrong) => return turned_away(wrong),
    };
    let ticket = Ticket::of(&app, &req, &asked.query, guest.now());
    let (Some(ticket), Some(Form(sent))) = (ticket, sent) else { return lost() };
    if !ticket.is_of_form(&sent.csrf) {
        return lost();
    }
    let decision = sent.decision.clone();
    match (decision.as_deref(), ticket.signed_in) {
        (Some("allow"), Some(who)) => allowed(&app, &guest, &asked, &who).await,
        (Some("deny"), _) => {
            let state = asked.state.as_deref();
            let description = "Whoever was asked has said no.";
            let denied =
                authorization::refused(&app, &asked.redirect_uri, state, "access_denied", description);
            sent_on(&denied, &forgotten(&app))
        }
        (Some(_), _) => lost(),
        (None, _) => signed_in(&app, &guest, &limit, &asked, sent).await,
    }
}

async fn allowed(app: &App, visitor: &Visitor, asked: &Asked, who: &SignedIn) -> HttpResponse {
    match allow_client(app, visitor, asked, who).await {
        Ok(code) => sent_on(&authorization::granted(app, asked, &code), &forgotten(app)),
        Err(error) => refusal(error),
    }
}

async fn signed_in(
    app: &App,
    visitor: &Visitor,
    limit: &AccountLimit,
    asked: &Asked,
    sent: Sent,
) -> HttpResponse {
    let (Some(email), Some(password)) = (sent.email, sent.password) else { return lost() };
    if let Err(problem) = limit.check("sign-in", &email) {
        return sign_in_page(app, visitor, asked, status_of(&problem), Some(&problem));
    }
    let code = sent.code.map(|code| code.trim().to_owned()).filter(|code| !code.is_empty());
    match sign_in_to_authorize(app, visitor, asked, SignInToAuthorize { email, password, code }).await {
        Ok(who) => match Ticket::new(visitor.now(), Some(who)).cookie(app, &asked.query) {
            Ok(cookie) => sent_on(&format!("{AUTHORIZE}?{}", asked.query), &cookie),
            Err(error) => refusal(data::Error::internal(error).into()),
        },
        Err(error) => {
            let problem = Problem::from(error);
            let status = status_of(&problem);
            if status.is_server_error() {
                told(&problem)
            } else {
                sign_in_page(app, visitor, asked, status, Some(&problem))
            }
        }
    }
}

fn sign_in_page(
    app: &App,
    visitor: &Visitor,
    asked: &Asked,
    status: StatusCode,
    wrong: Option<&Problem>,
) -> HttpResponse {
    let ticket = Ticket::new(visitor.now(), None);
    let cookie = match ticket.cookie(app, &asked.query) {
        Ok(cookie) => cookie,
        Err(error) => return refusal(data::Error::internal(error).into()),
    };
    let wrong =
        wrong.map(|problem| format!("<p role=\"alert\"><strong>{}</strong></p>", escaped(&problem.detail)));
    let content = format!(
        "<p><strong>{}</strong> asks to act for you in <strong>{}</strong>. Sign in, and you are told what it wants to \
         do before you decide.</p>{}<form method=\"post\" action=\"{}\">{}\
         <p><label>E-mail address <input name=\"email\" type=\"email\" required autocomplete=\"username\"></label></p>\
         <p><label>Password <input name=\"password\" type=\"password\" required autocomplete=\"current-password\">\
         </label></p><p><label>Code, if you have an authenticator <input name=\"code\" autocomplete=\"one-time-code\">\
         </label></p><button>Sign in</button></form>\
         <p>A passkey does not sign in on this page: it would take a script. Who has no password cannot go on here.</p>",
        escaped(&asked.client.fields.name),
        escaped(&asked.tenant_name),
        wrong.unwrap_or_default(),
        escaped(&action(asked)),
        hidden(&ticket.csrf),
    );
    with_cookie(page_leading_to("'self'", status, "Sign in", &content), &cookie)
}

fn consent(app: &App, asked: &Asked, who: &SignedIn, csrf: &str) -> HttpResponse {
    let scopes: String = authorization::worded(app, &asked.scopes)
        .iter()
        .map(|words| format!("<li>{}</li>", escaped(words)))
        .collect();
    let content = format!(
        "<p><strong>{}</strong> asks to act for you, {}, in <strong>{}</strong>. It wants to:</p><ul>{scopes}</ul>\
         <p>It never does more than you may yourself. You can take this back at any time, among the programs that may act \
         for you.</p><p>You are then sent to <code>{}</code>.</p><form method=\"post\" action=\"{}\">{}\
         <button name=\"decision\" value=\"allow\">Allow</button> \
         <button name=\"decision\" value=\"deny\">Deny</button></form>",
        escaped(&asked.client.fields.name),
        escaped(&who.email),
        escaped(&asked.tenant_name),
        escaped(&asked.redirect_uri),
        escaped(&action(asked)),
        hidden(csrf),
    );
    let leads_to = format!("'self' {}", form_action(&asked.redirect_uri));
    page_leading_to(&leads_to, StatusCode::OK, "Let it act for you?", &content)
}

fn action(asked: &Asked) -> String {
    format!("{AUTHORIZE}?{}", asked.query)
}

fn hidden(csrf: &str) -> String {
    format!("<input type=\"hidden\" name=\"csrf\" value=\"{}\">", escaped(csrf))
}

fn turned_away(wrong: Wrong) -> HttpResponse {
    match wrong {
        Wrong::Here(reason) => {
            let content = format!("<p>{}</p>", escaped(reason));
            page_leading_to("'none'", StatusCode::BAD_REQUEST, "This leads nowhere", &content)
        }
        Wrong::ToClient { location, reason } => {
            let content = format!(
                "<p>The program that sent you here did not ask as it should. It is to be told: <em>{}</em></p>\
                 <p><a href=\"{location}\" rel=\"nofollow\">Go back to it</a>, which leads to <code>{location}</code>.</p>",
                escaped(reason),
                location = escaped(&location),
            );
            page_leading_to("'none'", StatusCode::BAD_REQUEST, "Nobody was signed in", &content)
        }
        Wrong::Failed(error) => refusal(error),
    }
}

/// Too late, from another page, or from a browser that keeps no cookies.
fn lost() -> HttpResponse {
    let content = "<p>This page has expired, or was not opened in this browser. Go back to the program that sent you here, \
         and begin again.</p>";
    page_leading_to("'none'", StatusCode::BAD_REQUEST, "Begin again", content)
}

fn refusal(error: Error) -> HttpResponse {
    told(&Problem::from(error))
}

fn told(problem: &Problem) -> HttpResponse {
    if problem.kind.status >= 500 {
        let cause = problem.cause.as_ref().map(ToString::to_string);
        tracing::error!(code = problem.kind.code, cause, "the page of a client failed");
    }
    let content = format!("<p>{}</p>", escaped(&problem.detail));
    page_leading_to("'none'", status_of(problem), &escaped(problem.kind.title), &content)
}

fn status_of(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn sent_on(location: &str, cookie: &str) -> HttpResponse {
    with_cookie(redirect(location), cookie)
}

fn redirect(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

fn with_cookie(mut answer: HttpResponse, cookie: &str) -> HttpResponse {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        answer.headers_mut().insert(SET_COOKIE, value);
    }
    answer
}

/// A text as text or attribute of a page.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_text_on_a_page() {
        assert_eq!(
            escaped("<b a=\"1\" c='2'>&amp;</b>"),
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;&lt;/b&gt;"
        );
        assert_eq!(escaped("Büro & Söhne"), "Büro &amp; Söhne");
    }
}
