//! Whose pages may call the API from a browser (the Fetch standard's CORS protocol). Nothing here is authenticated by
//! a cookie, so browsers are never told to send credentials of their own.

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH, LOCATION, RETRY_AFTER,
};
use actix_web::middleware::Condition;

/// How long a browser may remember what it was told.
const MAX_AGE_S: usize = 3_600;

/// What the contract has callers send and read, beside what browsers allow anyway.
const REQUEST_HEADERS: [&str; 4] = ["idempotency-key", "content-digest", "x-request-id", "traceparent"];
const ANSWER_HEADERS: [&str; 10] = [
    "x-request-id",
    "traceparent",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "ratelimit",
    "ratelimit-policy",
    "idempotency-replayed",
    "deprecation",
    "sunset",
];

/// Outside the operations, so that a preflight needs no credential and is no unknown method; inside the `Edge`.
pub(crate) fn cors(origins: &[String]) -> Condition<Cors> {
    let named = |names: &'static [&'static str]| names.iter().map(|name| HeaderName::from_static(name));
    let asked = named(&REQUEST_HEADERS).chain([ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH]);
    let told = named(&ANSWER_HEADERS).chain([ETAG, LOCATION, RETRY_AFTER]);
    let cors = Cors::default()
        .allowed_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allowed_headers(asked)
        .expose_headers(told)
        .max_age(MAX_AGE_S)
        // A request that no browser's page made is none of its business.
        .block_on_origin_mismatch(false);
    let cors = if origins.iter().any(|origin| origin == "*") {
        cors.allow_any_origin().send_wildcard()
    } else {
        origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
    };
    Condition::new(!origins.is_empty(), cors)
}
