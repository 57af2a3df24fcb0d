//! What is offered here: the configuration, the types of resources and their schemas (RFC 7644 §4).

use super::answer::{body, listed};
use super::{PREFIX, serve};
use crate::app::App;
use crate::domain::scim::schema::{Attribute, RESOURCES, Resource, Schema};
use crate::domain::scim::{Document, Refusal};
use crate::service::scim::base;
use crate::service::scim::search::MAX_COUNT;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use kernel::Problem;
use kernel::problem::FORBIDDEN;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use web::Failure;

/// The schemas of these very documents, as RFC 7643 §8.7.2 has them.
const SCHEMAS_OF_SCHEMAS: &str = include_str!("../../../data/scim_schemas.json");

pub async fn config(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |_| Ok(body(StatusCode::OK, &config_of(&base(&app))))).await
}

fn config_of(base: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": MAX_COUNT },
        "changePassword": { "supported": false },
        // People by userName all the same.
        "sort": { "supported": false },
        "etag": { "supported": true },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "API key",
            "description": "An API key with the permission users.directory.provision, as a bearer token",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{base}/ServiceProviderConfig"),
        },
    })
}

pub async fn resource_types(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |_| {
        all(&req, RESOURCES.iter().map(|resource| type_of(&base(&app), resource)).collect())
    })
    .await
}

pub async fn resource_type(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |_| {
        let named = req.match_info().get("id").unwrap_or_default();
        let found = RESOURCES.iter().find(|resource| resource.name == named).ok_or(Refusal::NotFound)?;
        Ok(body(StatusCode::OK, &Value::Object(type_of(&base(&app), found))))
    })
    .await
}

fn type_of(base: &str, resource: &Resource) -> Document {
    let extensions = resource.extension.iter();
    let extensions: Vec<_> =
        extensions.map(|schema| json!({ "schema": schema.urn, "required": false })).collect();
    Document::from_iter([
        ("schemas".to_owned(), json!(["urn:ietf:params:scim:schemas:core:2.0:ResourceType"])),
        ("id".to_owned(), json!(resource.name)),
        ("name".to_owned(), json!(resource.name)),
        ("description".to_owned(), json!(resource.core.description)),
        ("endpoint".to_owned(), json!(resource.endpoint)),
        ("schema".to_owned(), json!(resource.core.urn)),
        ("schemaExtensions".to_owned(), json!(extensions)),
        ("meta".to_owned(), meta(base, "ResourceType", "ResourceTypes", resource.name)),
    ])
}

pub async fn schemas(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |_| all(&req, every_schema(&base(&app))?)).await
}

pub async fn schema(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |_| {
        let named = req.match_info().get("id").unwrap_or_default();
        let is_named = |schema: &Document| {
            schema.get("id").and_then(Value::as_str).is_some_and(|id| id.eq_ignore_ascii_case(named))
        };
        let found = every_schema(&base(&app))?.into_iter().find(is_named).ok_or(Refusal::NotFound)?;
        Ok(body(StatusCode::OK, &Value::Object(found)))
    })
    .await
}

fn every_schema(base: &str) -> Result<Vec<Document>, Problem> {
    let ours = RESOURCES.iter().flat_map(|resource| resource.schemas()).map(schema_of);
    let given: Vec<Document> = serde_json::from_str(SCHEMAS_OF_SCHEMAS).map_err(Problem::internal)?;
    let all = ours.chain(given).map(|mut schema| {
        let id = schema.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        schema.insert("meta".to_owned(), meta(base, "Schema", "Schemas", &id));
        schema
    });
    Ok(all.collect())
}

fn schema_of(schema: &Schema) -> Document {
    let attributes: Vec<_> = schema.attributes.iter().map(attribute).collect();
    Document::from_iter([
        ("schemas".to_owned(), json!(["urn:ietf:params:scim:schemas:core:2.0:Schema"])),
        ("id".to_owned(), json!(schema.urn)),
        ("name".to_owned(), json!(schema.name)),
        ("description".to_owned(), json!(schema.description)),
        ("attributes".to_owned(), json!(attributes)),
    ])
}

fn attribute(of: &Attribute) -> Value {
    let mut told = json!({
        "name": of.name,
        "type": of.kind.name(),
        "multiValued": of.many,
        "description": of.description,
        "required": of.required,
        "caseExact": of.exact_case,
        "mutability": if of.read_only { "readOnly" } else { "readWrite" },
        "returned": "default",
        "uniqueness": if of.unique { "server" } else { "none" },
    });
    if !of.canonical.is_empty() {
        told["canonicalValues"] = json!(of.canonical);
    }
    if !of.leads_to.is_empty() {
        told["referenceTypes"] = json!(of.leads_to);
    }
    if !of.parts.is_empty() {
        told["subAttributes"] = of.parts.iter().map(attribute).collect();
    }
    told
}

fn meta(base: &str, kind: &str, folder: &str, id: &str) -> Value {
    json!({ "resourceType": kind, "location": format!("{base}/{folder}/{id}") })
}

/// All at once: there are few, and a filter on them is refused (RFC 7644 §4).
fn all(req: &HttpRequest, documents: Vec<Document>) -> Result<HttpResponse, Failure> {
    let query = Query::<BTreeMap<String, String>>::from_query(req.query_string());
    if query.is_ok_and(|query| query.contains_key("filter")) {
        let detail = format!("What is under {PREFIX} to describe it is not filtered.");
        return Err(Problem::new(FORBIDDEN, detail).into());
    }
    let total = i64::try_from(documents.len()).unwrap_or(i64::MAX);
    Ok(listed(total, 1, documents))
}
