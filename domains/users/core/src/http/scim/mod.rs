//! SCIM 2.0 (RFC 7644) under `/scim/v2`, for the tenant's directory. It brings an API key that may provision, and is answered
//! in SCIM's own form, refusals included. There are no bulk requests and no `/Me`: the key is nobody's account.

mod answer;
mod asked;
mod discovery;
mod groups;
mod users;

use crate::app::App;
use crate::domain::scim::Refusal;
use crate::permissions::DIRECTORY_PROVISION;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::web::{self as actix, Data, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource, Route, Scope};
use answer::{error, refusal};
use kernel::Problem;
use std::future::{Ready, ready};
use web::{Entered, Failure};

const PREFIX: &str = "/scim/v2";

pub fn scope(app: App) -> Scope {
    let read = || actix::get();
    let many = "GET, POST";
    let one = "GET, PUT, PATCH, DELETE";
    actix::scope(PREFIX)
        .app_data(Data::new(app))
        .service(resource("/ServiceProviderConfig", "GET", [read().to(discovery::config)]))
        .service(resource("/ResourceTypes", "GET", [read().to(discovery::resource_types)]))
        .service(resource("/ResourceTypes/{id}", "GET", [read().to(discovery::resource_type)]))
        .service(resource("/Schemas", "GET", [read().to(discovery::schemas)]))
        .service(resource("/Schemas/{id}", "GET", [read().to(discovery::schema)]))
        .service(resource("/Users", many, [read().to(users::list), actix::post().to(users::create)]))
        .service(resource("/Users/.search", "POST", [actix::post().to(users::search)]))
        .service(resource(
            "/Users/{id}",
            one,
            [
                read().to(users::show),
                actix::put().to(users::replace),
                actix::patch().to(users::patch),
                actix::delete().to(users::remove),
            ],
        ))
        .service(resource("/Groups", many, [read().to(groups::list), actix::post().to(groups::create)]))
        .service(resource("/Groups/.search", "POST", [actix::post().to(groups::search)]))
        .service(resource(
            "/Groups/{id}",
            one,
            [
                read().to(groups::show),
                actix::put().to(groups::replace),
                actix::patch().to(groups::patch),
                actix::delete().to(groups::remove),
            ],
        ))
        .service(actix::resource(["/Me", "/Bulk", "/.search"]).default_service(actix::to(not_offered)))
        .default_service(actix::to(nothing))
}

fn resource<const N: usize>(path: &str, allowed: &'static str, routes: [Route; N]) -> Resource {
    let resource = routes.into_iter().fold(actix::resource(path), Resource::route);
    resource.default_service(actix::to(move || not_allowed(allowed)))
}

fn not_allowed(allowed: &'static str) -> Ready<HttpResponse> {
    let mut response = error(StatusCode::METHOD_NOT_ALLOWED, None, "This method is not supported here.");
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    ready(response)
}

async fn not_offered() -> HttpResponse {
    error(StatusCode::NOT_IMPLEMENTED, None, "This is not offered; /ServiceProviderConfig says what is.")
}

async fn nothing() -> HttpResponse {
    error(StatusCode::NOT_FOUND, None, "There is nothing here.")
}

/// As whoever may provision.
async fn serve<W>(req: &HttpRequest, payload: Payload, work: W) -> HttpResponse
where
    W: AsyncFnOnce(Entered) -> Result<HttpResponse, Failure>,
{
    web::enter(req, payload, &DIRECTORY_PROVISION, refusal, work).await
}

/// What is no id names nothing, like any unknown one.
fn id<K>(req: &HttpRequest) -> Result<kernel::Id<K>, Problem> {
    let id = req.match_info().get("id").and_then(|text| text.parse().ok());
    id.ok_or_else(|| Refusal::NotFound.into())
}
