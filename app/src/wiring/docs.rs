//! The published document and the page that shows it.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::{self, ServiceConfig};
use utoipa::openapi::{Info, InfoBuilder};
use utoipa_swagger_ui::{Config, SwaggerUi};

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
    config
        .route("/docs", web::get().to(page))
        .service(SwaggerUi::new("/docs/{_:.*}").config(Config::from(DOCUMENT_PATH).try_it_out_enabled(true)));
}
