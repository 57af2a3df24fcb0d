//! What a browser carries from one page to the next: sealed, in a cookie that no script reads, for one request of one client and
//! for a few minutes. Without it a form is nobody's.

use super::AUTHORIZE;
use crate::app::App;
use crate::domain::oauth::PAGES_LIFETIME;
use crate::service::oauth::sign_in_to_authorize::SignedIn;
use actix_web::HttpRequest;
use actix_web::http::header::COOKIE;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use secrets::{hash_token, same};
use serde::{Deserialize, Serialize};

const SEAL: &str = "users.oauth_ticket";

#[derive(Serialize, Deserialize)]
pub struct Ticket {
    /// What the form must bring as well.
    pub csrf: String,
    pub signed_in: Option<SignedIn>,
    expires_at: DateTime<Utc>,
}

impl Ticket {
    pub fn new(now: DateTime<Utc>, signed_in: Option<SignedIn>) -> Self {
        let csrf = URL_SAFE_NO_PAD.encode(secrets::salt());
        Self { csrf, signed_in, expires_at: now + PAGES_LIFETIME }
    }

    /// The one that the browser brings, if it is for this query and good.
    pub fn of(app: &App, req: &HttpRequest, query: &str, now: DateTime<Utc>) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(cookie(req, name(app))?).ok()?;
        let json = app.secrets.open(SEAL, &hash_token(query), &sealed).ok()?;
        let ticket: Self = serde_json::from_slice(&json).ok()?;
        Some(ticket).filter(|ticket| ticket.expires_at > now)
    }

    /// Whether a form brings what it was given.
    pub fn is_of_form(&self, csrf: &str) -> bool {
        same(self.csrf.as_bytes(), csrf.as_bytes())
    }

    /// `Set-Cookie`, for this query alone.
    pub fn cookie(&self, app: &App, query: &str) -> Result<String, serde_json::Error> {
        let sealed = app.secrets.seal(SEAL, &hash_token(query), &serde_json::to_vec(self)?);
        Ok(set(app, &URL_SAFE_NO_PAD.encode(sealed), PAGES_LIFETIME.num_seconds()))
    }
}

/// `Set-Cookie`, once it has done its service.
pub fn forgotten(app: &App) -> String {
    set(app, "", 0)
}

fn set(app: &App, value: &str, max_age_seconds: i64) -> String {
    let (name, scope) = if is_secure(app) {
        (name(app), "Path=/; Secure".to_owned())
    } else {
        (name(app), format!("Path={AUTHORIZE}"))
    };
    format!("{name}={value}; {scope}; HttpOnly; SameSite=Lax; Max-Age={max_age_seconds}")
}

/// Browsers keep the first only as it is set by this very host, over TLS.
fn name(app: &App) -> &'static str {
    if is_secure(app) { "__Host-insula_oauth" } else { "insula_oauth" }
}

fn is_secure(app: &App) -> bool {
    app.issuer.starts_with("https://")
}

fn cookie<'a>(req: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let headers = req.headers().get_all(COOKIE).filter_map(|header| header.to_str().ok());
    let mut cookies =
        headers.flat_map(|header| header.split(';')).filter_map(|one| one.trim().split_once('='));
    cookies.find(|(found, _)| *found == name).map(|(_, value)| value)
}
