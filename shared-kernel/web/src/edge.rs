//! The outermost middleware: what every answer has, whoever gave it. Request id, trace, security headers, explicit
//! caching, problem+json for the router's own refusals, 304, one log line and one measurement.

use crate::connections::{UnderWay, until_taken};
use crate::guard::panicked;
use crate::intake::{check_head, time_body};
use crate::limits::Allowance;
use crate::operation::{Endpoint, duration_of};
use crate::precondition::has_already;
use crate::problem_json::{self, Failure, from_status};
use crate::server::Server;
use crate::visitor::{TRACEPARENT, X_REQUEST_ID, parent, visitor};
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, CROSS_ORIGIN_RESOURCE_POLICY,
    ETAG, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError};
use chrono::{NaiveDate, NaiveTime};
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use kernel::Visitor;
use kernel::trace::Trace;
use std::fmt;
use std::future::{Ready, ready};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;
use tracing::{Instrument, field};

pub struct Edge(Server);

impl Edge {
    pub(crate) fn new(server: Server) -> Self {
        Self(server)
    }
}

impl<S, B> Transform<S, ServiceRequest> for Edge
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Transform = EdgeService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(EdgeService { service: Rc::new(service), server: self.0.clone() }))
    }
}

pub struct EdgeService<S> {
    service: Rc<S>,
    server: Server,
}

impl<S, B> Service<ServiceRequest> for EdgeService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(service);

    fn call(&self, mut req: ServiceRequest) -> Self::Future {
        let started = Instant::now();
        let under_way = UnderWay::of(&req);
        let settings = self.server.settings();
        let parent = parent(req.headers());
        let visitor = visitor(&req, settings, self.server.clock(), parent.as_ref());
        let head = check_head(&req, settings);
        time_body(&mut req, settings);
        req.extensions_mut().insert(visitor.clone());
        let span = tracing::info_span!(
            "request",
            request_id = visitor.request_id,
            trace = visitor.trace.traceparent,
            parent = parent.as_ref().map(Trace::span_id),
            tenant = field::Empty,
            impersonator = field::Empty,
            route = field::Empty,
        );
        let service = Rc::clone(&self.service);
        let answered = Answered { visitor, started, strict_transport: settings.strict_transport };
        let work = async move {
            if let Err(problem) = head {
                let refused = HttpResponse::from_error(Failure::from(problem));
                // `ServiceRequest::into_response` would lose the error, by which `finish` renders it.
                let (req, _) = req.into_parts();
                return Ok(answered.finish(ServiceResponse::new(req, refused)));
            }
            // Routing itself runs inside `call`, so it is caught as well.
            match AssertUnwindSafe(async move { service.call(req).await }).catch_unwind().await {
                Ok(Ok(response)) => {
                    Ok(until_taken(answered.finish(response.map_into_boxed_body()), under_way))
                }
                Ok(Err(error)) => Err(Complete::new(error, answered).into()),
                Err(panic) => Err(Complete::new(Failure::from(panicked(&*panic)).into(), answered).into()),
            }
        };
        Box::pin(work.instrument(span))
    }
}

/// What an answer is completed with.
#[derive(Debug)]
struct Answered {
    visitor: Visitor,
    started: Instant,
    strict_transport: bool,
}

impl Answered {
    fn finish(&self, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        let (req, mut response) = response.into_parts();
        vary(&mut response);
        if let Some(mut refusal) = refusal(&response, &self.visitor) {
            keep_sharing(response.headers(), refusal.headers_mut());
            response = refusal;
        }
        if unchanged(&req, &response) {
            response = not_modified(&response);
        }
        // What is left of such a request is not read, so nothing can follow it.
        if TOO_MUCH.contains(&response.status()) {
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        let endpoint = req.extensions().get::<Arc<Endpoint>>().cloned();
        let allowance = req.extensions().get::<Allowance>().copied();
        // Where no operation was asked, the address is told where it stands; not in what others are shown as well.
        let allowance = allowance.or_else(|| {
            let server = Server::of(&req).ok().filter(|_| !is_public(response.headers()))?;
            Some(server.limits().standing(&self.visitor))
        });
        let headers = response.headers_mut();
        if let Some(allowance) = allowance {
            allowance.write(headers, self.visitor.now());
        }
        if let Some((since, sunset)) = endpoint.as_ref().and_then(|endpoint| endpoint.options.deprecated) {
            deprecate(headers, since, sunset);
        }
        self.common_headers(headers);
        record(&req, endpoint.as_deref(), response.status(), self.started);
        ServiceResponse::new(req, response)
    }

    fn common_headers(&self, headers: &mut HeaderMap) {
        let text = |text: &str| HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""));
        headers.insert(HeaderName::from_static(X_REQUEST_ID), text(&self.visitor.request_id));
        headers.insert(HeaderName::from_static(TRACEPARENT), text(&self.visitor.trace.traceparent));
        for (name, value) in DEFAULT_HEADERS {
            if !headers.contains_key(&name) {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        if self.strict_transport {
            headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        }
        // A mark for `Compress` alone (see `Rendered`).
        if headers.get(CONTENT_ENCODING).is_some_and(|value| value == "identity") {
            headers.remove(CONTENT_ENCODING);
        }
    }
}

/// The answer of these ends its connection.
const TOO_MUCH: [StatusCode; 3] =
    [StatusCode::REQUEST_TIMEOUT, StatusCode::URI_TOO_LONG, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE];

/// What an answer has that says nothing else. JSON loads nothing, shows in no frame and is embedded by nobody; a page
/// that needs more says so itself.
const DEFAULT_HEADERS: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (X_FRAME_OPTIONS, "DENY"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    (CACHE_CONTROL, "private, no-cache"),
];

/// What `Compress` may encode depends on what the client accepts, also where it was left as it is. `Compress` says so
/// of what it did encode.
fn vary(response: &mut HttpResponse) {
    let empty = matches!(response.body().size(), BodySize::None | BodySize::Sized(0));
    let headers = response.headers_mut();
    if !empty && !headers.contains_key(CONTENT_ENCODING) {
        headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    }
}

/// The problem, where the answer is an error of ours or of actix-web's, or a bare refusal without a body of its own.
fn refusal(response: &HttpResponse, visitor: &Visitor) -> Option<HttpResponse> {
    let told = |failure: &Failure| {
        problem_json::log(failure);
        problem_json::render(failure, &visitor.request_id)
    };
    if let Some(error) = response.error() {
        return Some(with_failure(error, told));
    }
    let status = response.status();
    let bare = !response.headers().contains_key(CONTENT_TYPE);
    let failed = status.is_client_error() || status.is_server_error();
    (failed && bare).then(|| told(&from_status(status, None)))
}

fn with_failure<T>(error: &Error, then: impl FnOnce(&Failure) -> T) -> T {
    match error.as_error::<Failure>() {
        Some(failure) => then(failure),
        None => then(&from_status(error.as_response_error().status_code(), Some(error.to_string()))),
    }
}

fn is_public(headers: &HeaderMap) -> bool {
    headers.get(CACHE_CONTROL).is_some_and(|value| value.as_bytes().starts_with(b"public"))
}

fn unchanged(req: &HttpRequest, response: &HttpResponse) -> bool {
    let reads = matches!(*req.method(), Method::GET | Method::HEAD);
    let tag = response.headers().get(ETAG);
    reads && response.status() == StatusCode::OK && tag.is_some_and(|tag| has_already(req.headers(), tag))
}

fn not_modified(response: &HttpResponse) -> HttpResponse {
    let mut bare = HttpResponse::new(StatusCode::NOT_MODIFIED);
    for name in [ETAG, CACHE_CONTROL] {
        if let Some(value) = response.headers().get(&name) {
            bare.headers_mut().insert(name, value.clone());
        }
    }
    keep_sharing(response.headers(), bare.headers_mut());
    bare
}

/// What `Cors` said of the answer that another takes the place of.
fn keep_sharing(from: &HeaderMap, to: &mut HeaderMap) {
    let sharing =
        from.iter().filter(|(name, _)| *name == VARY || name.as_str().starts_with("access-control-"));
    for (name, value) in sharing {
        to.append(name.clone(), value.clone());
    }
}

/// RFC 9745 and RFC 8594.
fn deprecate(headers: &mut HeaderMap, since: NaiveDate, sunset: NaiveDate) {
    let since = since.and_time(NaiveTime::MIN).and_utc().timestamp();
    let sunset = sunset.and_time(NaiveTime::MIN).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    for (name, value) in [("deprecation", format!("@{since}")), ("sunset", sunset)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

fn record(req: &HttpRequest, endpoint: Option<&Endpoint>, status: StatusCode, started: Instant) {
    let elapsed = started.elapsed();
    let seconds = elapsed.as_secs_f64();
    match endpoint {
        Some(endpoint) => endpoint.observe(status.as_u16(), seconds),
        None => {
            let route = req.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
            // A method outside the few is a label that anybody could multiply.
            let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
            let method = if known.contains(req.method()) { req.method().as_str() } else { "other" };
            duration_of(method, &route, status.as_u16()).record(seconds);
        }
    }
    tracing::info!(
        target: "access",
        method = req.method().as_str(),
        path = endpoint.is_none().then(|| req.path()),
        status = status.as_u16(),
        ms = elapsed.as_micros() as f64 / 1_000.0,
        "answered"
    );
}

/// An answer where no request is left to answer: a middleware inside failed, or something panicked.
#[derive(Debug)]
struct Complete {
    error: Error,
    answered: Answered,
}

impl Complete {
    fn new(error: Error, answered: Answered) -> Self {
        with_failure(&error, problem_json::log);
        Self { error, answered }
    }
}

impl fmt::Display for Complete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl ResponseError for Complete {
    fn status_code(&self) -> StatusCode {
        self.error.as_response_error().status_code()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let request_id = &self.answered.visitor.request_id;
        let mut response = with_failure(&self.error, |failure| problem_json::render(failure, request_id));
        keep_sharing(self.error.error_response().headers(), response.headers_mut());
        self.answered.common_headers(response.headers_mut());
        response
    }
}
