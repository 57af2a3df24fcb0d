//! The public keys of access tokens (RFC 7517), for whoever checks one without asking us.

use crate::app::App;
use crate::domain::access_token::Jwk;
use crate::service::sessions::signing_keys;
use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use kernel::Problem;
use serde::Serialize;
use web::Guest;

pub const PATH: &str = "/.well-known/jwks.json";

#[derive(Serialize)]
struct KeySet {
    keys: Vec<Jwk>,
}

pub async fn show(app: Data<App>, guest: Guest) -> Result<HttpResponse, web::Failure> {
    let keys = signing_keys::public(&app, &guest).await.map_err(Problem::from)?;
    Ok(HttpResponse::Ok()
        .content_type("application/jwk-set+json")
        .insert_header((CACHE_CONTROL, "public, max-age=600"))
        .json(KeySet { keys }))
}
