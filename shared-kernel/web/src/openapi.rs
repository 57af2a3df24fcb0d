//! The document: what handlers' types say, completed with all that every operation has in common.

use crate::api::Api;
use crate::deleted;
use crate::digest::CONTENT_DIGEST;
use crate::operation::{OperationInfo, Options};
use crate::problem_json::PROBLEM_JSON;
use crate::query::path_parameter;
use actix_web::http::{Method, StatusCode};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, Content, Deprecated, Info, OpenApi, OpenApiBuilder, Paths, Ref, RefOr, Required, Schema,
};

/// What the types of a handler's arguments say of the operation.
#[derive(Clone, Default)]
pub struct Description {
    pub parameters: Vec<Parameter>,
    pub request_body: Option<RequestBody>,
    pub schemas: Vec<(String, RefOr<Schema>)>,
    /// `Some(true)` when it is required.
    pub if_match: Option<bool>,
    pub list: bool,
    pub upload: bool,
    pub caller: bool,
    pub include_deleted: bool,
}

/// An argument of a handler. All arguments are ours, so that the document cannot differ from what is read.
pub trait Described {
    fn describe(into: &mut Description);
}

macro_rules! tuples {
    ($(($($name:ident)*))*) => {
        $(impl<$($name: Described),*> Described for ($($name,)*) {
            fn describe(_into: &mut Description) {
                $($name::describe(_into);)*
            }
        })*
    };
}
tuples! { () (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H) }

/// Registers `T` and gives its name.
pub(crate) fn schema_of<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) -> String {
    let name = T::name().into_owned();
    schemas.push((name.clone(), T::schema()));
    T::schemas(schemas);
    name
}

/// The documents of all domains as one; what is wrong with them, all at once.
pub fn merge<'a>(info: Info, apis: impl IntoIterator<Item = &'a Api>) -> Result<OpenApi, Vec<String>> {
    let mut whole = OpenApiBuilder::new().info(info).components(Some(common_components())).build();
    let mut faults = Vec::new();
    let mut operations = BTreeMap::<String, &'static str>::new();
    for api in apis {
        faults.extend(api.faults().iter().cloned());
        for operation in api.operations() {
            if let Some(other) = operations.insert(operation.operation_id.clone(), operation.domain) {
                let id = &operation.operation_id;
                faults.push(format!("operationId {id} is used twice ({other}, {})", operation.domain));
            }
        }
        let document = api.openapi();
        let known = whole.components.get_or_insert_default();
        for (name, schema) in document.components.into_iter().flat_map(|components| components.schemas) {
            match known.schemas.get(&name) {
                Some(other) if *other != schema => faults.push(format!(
                    "the schema {name} of {} differs from another of the same name: rename one DTO",
                    api.domain
                )),
                _ => drop(known.schemas.insert(name, schema)),
            }
        }
        whole.paths.paths.extend(document.paths.paths);
        whole.tags.get_or_insert_default().extend(document.tags.into_iter().flatten());
    }
    faults.extend(dangling(&whole));
    if faults.is_empty() { Ok(whole) } else { Err(faults) }
}

/// The references that lead nowhere. A parameter's schema is not registered by itself.
fn dangling(document: &OpenApi) -> Vec<String> {
    let document = match serde_json::to_value(document) {
        Ok(document) => document,
        Err(error) => return vec![error.to_string()],
    };
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    let leads = |target: &str| target.strip_prefix('#').is_some_and(|path| document.pointer(path).is_some());
    let nowhere = found.into_iter().filter(|target| !leads(target));
    nowhere.map(|target| format!("{target} leads nowhere: register it, or use `#[param(inline)]`")).collect()
}

fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str));
            object.values().for_each(|inner| references(inner, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

pub(crate) fn document(api: &Api) -> OpenApi {
    let mut paths = Paths::new();
    let mut components = common_components();
    for published in &api.published {
        let info = &published.endpoint.info;
        let item = paths.paths.entry(info.path.clone()).or_default();
        item.merge_operations(PathItem::new(http_method(&info.method), published.described.clone()));
        for (name, schema) in &published.schemas {
            components.schemas.entry(name.clone()).or_insert_with(|| schema.clone());
        }
    }
    let tags = api.tags.iter();
    let tags = tags.map(|(name, text)| TagBuilder::new().name(*name).description(Some(*text)).build());
    OpenApiBuilder::new()
        .info(Info::new(api.domain, "v1"))
        .paths(paths)
        .components(Some(components))
        .tags(Some(tags))
        .build()
}

/// Adds what every operation has in common; gives the names of the query parameters it accepts.
pub(crate) fn complete(
    operation: &mut Operation,
    info: &OperationInfo,
    options: &Options,
    description: Description,
) -> Vec<String> {
    let conditional = has_conditional_read(info, operation);
    let common = common_parameters(info, description.if_match, conditional);
    let parameters = operation.parameters.get_or_insert_default();
    for parameter in description.parameters.into_iter().chain(common) {
        add_parameter(parameters, parameter);
    }
    if let Some(permission) = options.shows_deleted {
        add_parameter(parameters, deleted::parameter(permission.name));
    }
    for name in path_names(&info.path) {
        add_parameter(parameters, path_parameter(name, "As it was given"));
    }
    let query_names = parameters.iter().filter_map(|parameter| match parameter {
        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(parameter.name.clone()),
        _ => None,
    });
    let query_names = query_names.collect();
    if operation.request_body.is_none() {
        operation.request_body = match description.upload {
            true => Some(upload_body(options).into()),
            false => description.request_body.map(RefOr::T),
        };
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(told) = response else { continue };
        match status.parse::<u16>() {
            // A problem of its own, beside those that follow from what it is.
            Ok(status) if status >= 400 => {
                let mut reference = Ref::from_response_name(response_name(status));
                reference.description = std::mem::take(&mut told.description);
                *response = RefOr::Ref(reference);
            }
            _ => {
                let tagged = !info.is_list && info.method != Method::DELETE && !is_file(told);
                told.headers.extend(common_headers(tagged));
            }
        }
    }
    if conditional {
        let unchanged = ResponseBuilder::new().description("The caller has it already").build();
        operation.responses.responses.insert("304".to_owned(), unchanged.into());
    }
    for status in error_statuses(info, description.if_match) {
        let reference = Ref::from_response_name(response_name(status));
        operation.responses.responses.entry(status.to_string()).or_insert(RefOr::Ref(reference));
    }
    let extensions = operation.extensions.get_or_insert_default();
    match info.permission {
        Some(permission) => {
            extensions.insert("x-permission".to_owned(), permission.name.into());
            operation.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
        }
        None => {
            extensions.insert("x-public".to_owned(), info.public_reason.unwrap_or_default().into());
            operation.security = Some(Vec::new());
        }
    }
    if options.deprecated.is_some() {
        operation.deprecated = Some(Deprecated::True);
    }
    query_names
}

/// What the contract of the API asks of a declaration.
pub(crate) fn faults(
    info: &OperationInfo,
    operation: &Operation,
    description: &Description,
    options: &Options,
) -> Vec<String> {
    let patches = matches!(info.method, Method::PATCH | Method::PUT);
    let succeeds = operation.responses.responses.keys().any(|status| status.starts_with('2'));
    let summary = operation.summary.as_deref().unwrap_or_default().trim();
    let reads = matches!(info.method, Method::GET | Method::DELETE);
    let shows_deleted = options.shows_deleted.is_some();
    let of_operators = info.permission.is_some_and(|permission| permission.least_role.is_none());
    let unread_deleted = shows_deleted != description.include_deleted && !(shows_deleted && description.list);
    [
        (summary.is_empty(), "has no summary: give the handler a doc comment"),
        (operation.tags.is_none(), "has no tag: call `.tag(…)` before `.operation(…)`"),
        (!succeeds, "documents no success: add `responses((status = 200, body = …))`"),
        (info.permission.is_none() && description.caller, "is public and takes a Caller: take a Guest"),
        (info.requires_key && !info.accepts_key, "requires a key it does not honour"),
        (patches && description.if_match.is_none(), "takes neither IfMatch nor OptionalIfMatch"),
        (description.upload == options.accepts.is_empty(), "`.raw_body(…)` and `Upload` go together"),
        (reads && description.request_body.is_some(), "has a body, which its method cannot have"),
        (
            info.for_operators != of_operators,
            "asks for a permission of others: `.for_operators()` goes with one that no role has",
        ),
        (unread_deleted, "`.shows_deleted(…)` goes with `IncludeDeleted`, or with a list"),
    ]
    .into_iter()
    .filter(|(wrong, _)| *wrong)
    .map(|(_, text)| format!("{}: {text}", info.operation_id))
    .collect()
}

fn add_parameter(parameters: &mut Vec<RefOr<Parameter>>, new: Parameter) {
    let known = parameters.iter().any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.name == new.name && parameter.parameter_in == new.parameter_in,
        RefOr::Ref(_) => false,
    });
    if !known {
        parameters.push(RefOr::T(new));
    }
}

fn path_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

fn common_parameters(info: &OperationInfo, if_match: Option<bool>, conditional: bool) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    if info.accepts_key {
        let key = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(257))
            .pattern(Some(r#"^([!#-~]{1,255}|"[!#-~]{1,255}")$"#));
        let description =
            "One per intended effect; a retry with the same key is answered with the first answer";
        parameters.push(header("Idempotency-Key", description, info.requires_key, key));
    }
    if info.accepts_key && info.is_upload {
        let digest = ObjectBuilder::new()
            .schema_type(Type::String)
            .examples(["sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:"]);
        let description = "The SHA-256 of the file (RFC 9530). Required with an Idempotency-Key, and then the file is \
                           held to it";
        parameters.push(header(CONTENT_DIGEST, description, info.requires_key, digest));
    }
    if let Some(required) = if_match {
        let tag = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(r#"^(\*|(W/)?"[^"]*")$"#))
            .examples(["\"3\""]);
        parameters.push(header("If-Match", "The ETag of the version that was read, or `*`", required, tag));
    }
    if conditional {
        let tag = ObjectBuilder::new().schema_type(Type::String);
        parameters.push(header("If-None-Match", "The ETag the caller has: 304 if it is current", false, tag));
    }
    parameters
}

fn has_conditional_read(info: &OperationInfo, operation: &Operation) -> bool {
    let mut told = operation.responses.responses.values();
    let file = told.any(|response| matches!(response, RefOr::T(response) if is_file(response)));
    info.method == Method::GET && !info.is_list && info.permission.is_some() && !file
}

/// What is streamed has no version.
fn is_file(response: &Response) -> bool {
    response.content.keys().any(|media| media != "application/json")
}

fn header(name: &str, description: &str, required: bool, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(if required { Required::True } else { Required::False })
        .description(Some(description))
        .schema(Some(schema.build()))
        .build()
}

fn upload_body(options: &Options) -> RequestBody {
    let binary = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .build();
    let body = RequestBodyBuilder::new().required(Some(Required::True));
    let contents = options.accepts.iter().copied();
    let content = |media: &str| {
        let mut content = Content::new(Some(binary.clone()));
        content.example = (media == "text/csv").then(|| "sku,name\nCHAI-10,Chai\n".into());
        content
    };
    contents.fold(body, |body, media| body.content(media, content(media))).build()
}

fn error_statuses(info: &OperationInfo, if_match: Option<bool>) -> Vec<u16> {
    let writes = info.method != Method::GET;
    let body = info.has_json_body || info.is_upload;
    let signed = info.permission.is_some();
    [
        (400, true),
        (401, signed),
        (403, signed),
        (404, info.path.contains('{')),
        (408, body || info.accepts_key),
        (409, writes),
        (412, if_match.is_some()),
        (413, body || info.accepts_key),
        (414, true),
        (415, body),
        (422, body || info.accepts_key),
        (428, info.needs_if_match),
        (429, true),
        (431, true),
        (500, true),
        (503, true),
    ]
    .into_iter()
    .filter_map(|(status, given)| given.then_some(status))
    .collect()
}

fn response_name(status: u16) -> String {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    reason.unwrap_or("Error").chars().filter(char::is_ascii_alphanumeric).collect()
}

fn common_headers(tagged: bool) -> BTreeMap<String, RefOr<Header>> {
    let text = |description: &str| -> RefOr<Header> {
        let schema = ObjectBuilder::new().schema_type(Type::String).build();
        HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build().into()
    };
    let number = |description: &str| -> RefOr<Header> {
        let schema = ObjectBuilder::new().schema_type(Type::Integer).build();
        HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build().into()
    };
    let mut headers = BTreeMap::from([
        ("X-Request-Id".to_owned(), text("The caller's, if it sent a well-formed one")),
        ("X-RateLimit-Limit".to_owned(), number("Requests a minute")),
        ("X-RateLimit-Remaining".to_owned(), number("Requests that may follow at once")),
        ("X-RateLimit-Reset".to_owned(), number("When all may follow again, in unix seconds")),
    ]);
    if tagged {
        headers.insert("ETag".to_owned(), text("The version of what is shown, where it has one"));
    }
    headers
}

fn common_components() -> Components {
    let statuses = [400, 401, 403, 404, 408, 409, 410, 412, 413, 414, 415, 422, 428, 429, 431, 500, 503];
    let mut components = Components::new();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An access token, an API key, or the token of an operator of the installation"))
        .build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    components.schemas.insert("Problem".to_owned(), problem_schema());
    for status in statuses {
        components.responses.insert(response_name(status), RefOr::T(problem_response(status)));
    }
    components
}

fn problem_response(status: u16) -> Response {
    let name = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let mut response = ResponseBuilder::new()
        .description(name.unwrap_or("Error"))
        .content(PROBLEM_JSON, Content::new(Some(Ref::from_schema_name("Problem"))))
        .build();
    response.headers = common_headers(false);
    let text = || ObjectBuilder::new().schema_type(Type::String).build();
    let extra = match status {
        401 => Some("WWW-Authenticate"),
        429 | 503 => Some("Retry-After"),
        _ => None,
    };
    if let Some(name) = extra {
        let header: Header = HeaderBuilder::new().schema(Some(text())).build();
        response.headers.insert(name.to_owned(), header.into());
    }
    response
}

fn problem_schema() -> RefOr<Schema> {
    let text = |description: &str| {
        ObjectBuilder::new().schema_type(Type::String).description(Some(description)).build()
    };
    let fault = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("pointer", text("JSON pointer (RFC 6901) of the field, or the name of the parameter"))
        .property("code", text("Stable"))
        .property("detail", text("For people"))
        .required("pointer")
        .required("code")
        .required("detail");
    let mut problem = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("RFC 9457"))
        .property("type", text("A page about this kind of problem"))
        .property("title", text("The kind of problem, for people"))
        .property("status", ObjectBuilder::new().schema_type(Type::Integer))
        .property("detail", text("What was wrong with this request"))
        .property("instance", text("This occurrence"))
        .property("code", text("The kind of problem, for programs; stable"))
        .property("request_id", text("What to tell support"))
        .property("errors", utoipa::openapi::schema::ArrayBuilder::new().items(fault.build()));
    for name in ["type", "title", "status", "detail", "instance", "code", "request_id"] {
        problem = problem.required(name);
    }
    problem.into()
}

fn http_method(method: &Method) -> HttpMethod {
    match *method {
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(target: &str, expected: usize) {
        let mut components = common_components();
        components.schemas.insert("Holder".to_owned(), Ref::from_schema_name(target).into());
        let document = OpenApiBuilder::new().components(Some(components)).build();
        assert_eq!(dangling(&document).len(), expected, "{target}");
    }

    #[test]
    fn a_reference_leads_somewhere() {
        check("Problem", 0);
        check("Lost", 1);
    }
}
