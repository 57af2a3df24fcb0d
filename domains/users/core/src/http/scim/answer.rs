//! What a directory is answered: a resource, a list, or why not, in the form of RFC 7644.

use crate::domain::scim::Document;
use crate::domain::scim::projection::Projection;
use crate::domain::scim::schema::Resource;
use crate::service::scim::search::{Found, Search};
use crate::service::scim::version::Told;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LOCATION};
use kernel::problem::{CONFLICT, INVALID, MALFORMED};
use kernel::{FieldError, Problem, ProblemKind};
use serde_json::{Value, json};
use web::Failure;

pub const SCIM_JSON: &str = "application/scim+json";
pub const ACCEPTED: &[&str] = &[SCIM_JSON, "application/json"];

pub fn body(status: StatusCode, value: &Value) -> HttpResponse {
    HttpResponse::build(status).content_type(SCIM_JSON).body(value.to_string())
}

pub fn resource(
    status: StatusCode,
    resource: &Resource,
    told: Told,
    projection: &Projection,
) -> Result<HttpResponse, Failure> {
    let location = told.document.get("meta").and_then(|meta| meta.get("location")?.as_str());
    let location = location.unwrap_or_default().to_owned();
    let document = Value::Object(projection.apply(resource, told.document));
    let mut response = HttpResponse::build(status);
    response.content_type(SCIM_JSON).insert_header((ETAG, told.tag));
    if status == StatusCode::CREATED {
        response.insert_header((LOCATION, location));
    }
    Ok(response.body(document.to_string()))
}

pub fn list(resource: &Resource, search: &Search, found: Found, projection: &Projection) -> HttpResponse {
    let shown = found.resources.into_iter().map(|document| projection.apply(resource, document));
    listed(found.total, search.start, shown.collect())
}

pub fn listed(total: i64, start: i64, resources: Vec<Document>) -> HttpResponse {
    let list = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    });
    body(StatusCode::OK, &list)
}

pub fn gone() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

pub fn refusal(failure: &Failure) -> HttpResponse {
    let problem = failure.problem();
    // SCIM knows no 422.
    let status = if problem.kind.status == INVALID.status { 400 } else { problem.kind.status };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    error(status, scim_type(&problem.kind), &detail(problem))
}

pub fn error(status: StatusCode, scim_type: Option<&str>, detail: &str) -> HttpResponse {
    let mut error = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": status.as_u16().to_string(),
        "detail": detail,
    });
    if let Some(scim_type) = scim_type {
        error["scimType"] = json!(scim_type);
    }
    body(status, &error)
}

/// All faults at once, where there are several.
fn detail(problem: &Problem) -> String {
    match problem.errors.as_slice() {
        [] | [_] => problem.detail.to_string(),
        many => {
            let told = many.iter().map(|FieldError { pointer, detail, .. }| format!("{pointer}: {detail}"));
            told.collect::<Vec<_>>().join("; ")
        }
    }
}

/// RFC 7644 §3.12, table 9.
fn scim_type(kind: &ProblemKind) -> Option<&'static str> {
    Some(match kind.code {
        "users.scim_invalid_filter" => "invalidFilter",
        "users.scim_too_many" => "tooMany",
        "users.scim_mutability" | "users.last_owner" | "users.sso_last_way_back" => "mutability",
        "users.scim_invalid_syntax" => "invalidSyntax",
        "users.scim_invalid_path" => "invalidPath",
        "users.scim_no_target" => "noTarget",
        "users.scim_invalid_value" => "invalidValue",
        "users.scim_uniqueness" | "users.team_name_taken" | "users.invitation_open" => "uniqueness",
        code if code == INVALID.code => "invalidValue",
        code if code == MALFORMED.code => "invalidSyntax",
        code if code == CONFLICT.code => "uniqueness",
        _ => return None,
    })
}
