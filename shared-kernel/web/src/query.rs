//! The query string, the path and the domain's own state as handlers take them.

use crate::deleted::INCLUDE_DELETED;
use crate::json::{escape, field_fault};
use crate::openapi::{Described, Description};
use crate::operation::Endpoint;
use crate::page;
use crate::problem_json::{Failure, nothing_here};
use crate::words::in_json_words;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use kernel::id::IdKind;
use kernel::problem::{INVALID_PARAMETER, MALFORMED, UNKNOWN_PARAMETER};
use kernel::reference::{MAX_EXTERNAL_ID, check_external_id};
use kernel::{Faults, FieldError, Id, Problem};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::de::value::Error as ValueError;
use std::borrow::Cow;
use std::future::{Ready, ready};
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Required, Schema};

/// Filters and switches. What `T` documents is what is accepted; anything else is a 400 that names it.
pub struct Query<T>(pub T);

impl<T> Deref for Query<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(query(req).map(Self).map_err(Failure::from))
    }
}

impl<T: IntoParams> Described for Query<T> {
    fn describe(into: &mut Description) {
        into.parameters.extend(T::into_params(|| Some(ParameterIn::Query)).into_iter().map(never_null));
    }
}

/// What is optional may be left out; a query has no `null`.
fn never_null(mut parameter: Parameter) -> Parameter {
    parameter.schema = parameter.schema.map(without_null);
    parameter
}

fn without_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            if let SchemaType::Array(types) = &object.schema_type
                && let [one, Type::Null] | [Type::Null, one] = &types[..]
            {
                object.schema_type = one.clone().into();
            }
            object.into()
        }
        RefOr::T(Schema::OneOf(mut either)) => {
            let null = SchemaType::from(Type::Null);
            either
                .items
                .retain(|one| !matches!(one, RefOr::T(Schema::Object(one)) if one.schema_type == null));
            match <[_; 1]>::try_from(either.items) {
                Ok([only]) => only,
                Err(items) => {
                    either.items = items;
                    RefOr::T(Schema::OneOf(either))
                }
            }
        }
        plain => plain,
    }
}

/// The `{id}` of the path. What is not a UUID names nothing, like any unknown id.
pub struct PathId<K>(Id<K>);

impl<K> PathId<K> {
    pub fn id(&self) -> Id<K> {
        self.0
    }
}

impl<K> Deref for PathId<K> {
    type Target = Id<K>;
    fn deref(&self) -> &Id<K> {
        &self.0
    }
}

impl<K: IdKind> FromRequest for PathId<K> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = req.match_info().get("id").and_then(|text| text.parse().ok());
        ready(id.map(Self).ok_or_else(|| nothing_here().into()))
    }
}

impl<K: IdKind> Described for PathId<K> {
    fn describe(into: &mut Description) {
        into.parameters.push(path_parameter("id", &format!("The id of the {}", K::NAME.replace('_', " "))));
    }
}

/// The `{external_id}` of `…/by-external-id/{external_id}`: the tenant's own reference, in its own words.
pub struct PathExternalId(String);

impl PathExternalId {
    pub fn into_inner(self) -> String {
        self.0
    }
}

impl FromRequest for PathExternalId {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(external_id(req).map(Self).map_err(Failure::from))
    }
}

fn external_id(req: &HttpRequest) -> Result<String, Problem> {
    #[derive(Deserialize)]
    struct Named {
        external_id: String,
    }
    let path = actix_web::web::Path::<Named>::extract(req).into_inner();
    let given = path.map_err(|_| nothing_here())?.into_inner().external_id;
    let mut faults = Faults::new();
    let checked = check_external_id(&mut faults, "/external_id", Some(given)).unwrap_or_default();
    faults.finish(checked).map_err(Problem::invalid)
}

impl Described for PathExternalId {
    fn describe(into: &mut Description) {
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(MAX_EXTERNAL_ID))
            .examples(["crm-4711"]);
        into.parameters.push(
            ParameterBuilder::new()
                .name("external_id")
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .description(Some("The tenant's own reference"))
                .schema(Some(text.build()))
                .build(),
        );
    }
}

/// Paths with other or several parameters: `T` is a struct named after them (with `IntoParams`).
pub struct PathParams<T>(pub T);

impl<T> Deref for PathParams<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for PathParams<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let path = actix_web::web::Path::<T>::extract(req).into_inner();
        ready(path.map(|path| Self(path.into_inner())).map_err(|_| nothing_here().into()))
    }
}

impl<T: IntoParams> Described for PathParams<T> {
    fn describe(into: &mut Description) {
        into.parameters.extend(T::into_params(|| Some(ParameterIn::Path)));
    }
}

/// What a domain's handlers share, given to [`Api::state`](crate::Api::state).
pub struct State<T>(pub(crate) Arc<T>);

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for State<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: 'static> FromRequest for State<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = req.app_data::<Self>().cloned();
        ready(state.ok_or_else(|| Problem::internal("no such state was given to the Api").into()))
    }
}

impl<T> Described for State<T> {
    fn describe(_: &mut Description) {}
}

impl Described for HttpRequest {
    fn describe(_: &mut Description) {}
}

pub(crate) fn path_parameter(name: &str, description: &str) -> Parameter {
    let uuid = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
        .build();
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(uuid))
        .build()
}

/// Parsed once for a request: the guard reads it, and each extractor that takes parameters.
struct Pairs(Rc<[(String, String)]>);

pub(crate) fn pairs(req: &HttpRequest) -> Result<Rc<[(String, String)]>, Problem> {
    if let Some(Pairs(pairs)) = req.extensions().get::<Pairs>() {
        return Ok(Rc::clone(pairs));
    }
    let pairs: Vec<_> = serde_urlencoded::from_str(req.query_string())
        .map_err(|error| Problem::new(MALFORMED, format!("The query cannot be read: {error}.")))?;
    let pairs = Rc::from(pairs);
    req.extensions_mut().insert(Pairs(Rc::clone(&pairs)));
    Ok(pairs)
}

/// Parameters as they were given; what is wrong with them, all at once.
pub(crate) struct Given<'a> {
    pairs: &'a [(String, String)],
    faults: Vec<FieldError>,
}

impl<'a> Given<'a> {
    pub fn of(pairs: &'a [(String, String)]) -> Self {
        Self { pairs, faults: Vec::new() }
    }

    /// `None` where it is not given, or given wrongly.
    pub fn read<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let mut values = self.pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let read = match (values.next(), values.next()) {
            (None, _) => return None,
            (Some(value), None) => parse(value),
            _ => Err("is given twice".to_owned()),
        };
        match read {
            Ok(value) => Some(value),
            Err(detail) => {
                self.add(name, detail);
                None
            }
        }
    }

    pub fn add(&mut self, name: &str, detail: String) {
        let code = Cow::Borrowed("invalid_value");
        self.faults.push(FieldError { pointer: format!("/{}", escape(name)), code, detail });
    }

    pub fn finish(self) -> Result<(), Problem> {
        let Some(FieldError { pointer, detail, .. }) = self.faults.first() else { return Ok(()) };
        let name = pointer.trim_start_matches('/');
        let detail = if name.is_empty() { detail.clone() } else { format!("{name}: {detail}") };
        Err(Problem::new(INVALID_PARAMETER, detail).with_errors(self.faults))
    }
}

/// All faults at once: every parameter that the operation does not document.
pub(crate) fn refuse_unknown(req: &HttpRequest, known: &[String]) -> Result<(), Problem> {
    let pairs = pairs(req)?;
    let unknown = pairs.iter().filter(|(name, _)| !known.contains(name));
    let errors: Vec<_> = unknown
        .map(|(name, _)| FieldError {
            pointer: format!("/{name}"),
            code: Cow::Borrowed("unknown_parameter"),
            detail: format!("there is no query parameter `{name}`"),
        })
        .collect();
    let Some(first) = errors.first() else { return Ok(()) };
    let accepted = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let detail = format!("{}; accepted: {accepted}.", first.detail);
    Err(Problem::new(UNKNOWN_PARAMETER, detail).with_errors(errors))
}

/// Without what `PageQuery` and `IncludeDeleted` read. Where a list is asked for with faults of both, all are told.
fn query<T: DeserializeOwned>(req: &HttpRequest) -> Result<T, Problem> {
    let pairs = pairs(req)?;
    let is_list = Endpoint::of(req)?.is_list();
    let is_read_elsewhere = |name: &str| name == INCLUDE_DELETED || is_list && page::is_own(name);
    let own: Vec<_> = pairs.iter().filter(|(name, _)| !is_read_elsewhere(name)).collect();
    let encoded = serde_urlencoded::to_string(own).map_err(Problem::internal)?;
    let deserializer = serde_urlencoded::Deserializer::new(form_urlencoded::parse(encoded.as_bytes()));
    let error = match serde_path_to_error::deserialize(deserializer) {
        Ok(query) => return Ok(query),
        Err(error) => error,
    };
    let inner: &ValueError = error.inner();
    let message = inner.to_string();
    let path = error.path().iter().next().map(ToString::to_string);
    let name = field_fault(&message).1.map(str::to_owned).or(path);
    let mut given = Given::of(&pairs);
    given.add(&name.unwrap_or_default(), in_json_words(&message));
    if is_list {
        page::bounds(&mut given);
    }
    given.finish()?;
    Err(Problem::internal(message))
}
