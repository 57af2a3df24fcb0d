//! The published document and the page that shows it.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::middleware::DefaultHeaders;
use actix_web::web::{self, ServiceConfig};
use utoipa::openapi::{Info, InfoBuilder};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Its own scripts; styles and pictures are written into the page by these.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

pub const DOCUMENT_PATH: &str = "/api/v1/openapi.json";

pub fn info() -> Info {
    InfoBuilder::new()
        .title("Insula")
        .version("v1")
        .description(Some(
            "The API of an Insula installation. Every operation keeps one contract: problem+json for every error, \
             idempotency keys, ETags, cursors. `x-permission` says what a credential needs.",
        ))
        .build()
}

pub fn routes(config: &mut ServiceConfig) {
    let page = || async { HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish() };
    let ui = SwaggerUi::new("/{_:.*}").config(Config::from(DOCUMENT_PATH).try_it_out_enabled(true));
    let policy = DefaultHeaders::new().add((CONTENT_SECURITY_POLICY, POLICY));
    config.route("/docs", web::get().to(page)).service(web::scope("/docs").wrap(policy).service(ui));
}
