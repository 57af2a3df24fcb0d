//! Every error a client sees: problem+json (RFC 9457) rendered in one place, logged once with its cause.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::{HttpResponse, ResponseError};
use kernel::problem::{
    IDEMPOTENCY_KEY_IN_USE, INTERNAL, MALFORMED, METHOD_NOT_ALLOWED, NOT_FOUND, TOO_LARGE, UNAUTHENTICATED,
    UNSUPPORTED_MEDIA_TYPE,
};
use kernel::{FieldError, Problem, ProblemKind};
use serde::Serialize;
use std::error::Error as StdError;
use std::fmt;

pub const PROBLEM_JSON: &str = "application/problem+json";

/// What a handler fails with; `?` makes it of anything that is `Into<Problem>`.
#[derive(Debug)]
pub struct Failure(Box<Inner>);

#[derive(Debug)]
struct Inner {
    problem: Problem,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl<E: Into<Problem>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(Box::new(Inner { problem: error.into(), headers: Vec::new() }))
    }
}

impl Failure {
    pub fn problem(&self) -> &Problem {
        &self.0.problem
    }

    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.problem.fmt(f)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        status_of(&self.0.problem.kind)
    }

    /// Without the request id, which `Edge` knows: it renders the failure again.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        render(self, "")
    }
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    instance: String,
    code: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
}

pub(crate) fn render(failure: &Failure, request_id: &str) -> HttpResponse {
    let problem = failure.problem();
    let document = Document {
        r#type: format!("/problems/{}", problem.kind.code),
        title: problem.kind.title,
        status: problem.kind.status,
        detail: &problem.detail,
        instance: format!("urn:request:{request_id}"),
        code: problem.kind.code,
        request_id,
        errors: &problem.errors,
    };
    let body = serde_json::to_vec(&document).unwrap_or_default();
    let mut response = HttpResponse::with_body(status_of(&problem.kind), BoxBody::new(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    tell(failure, response.headers_mut());
    response
}

/// What the headers say of a failure, whatever its body is.
pub(crate) fn tell(failure: &Failure, headers: &mut HeaderMap) {
    let Inner { problem, headers: extra } = &*failure.0;
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = retry_after_s(problem) {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if problem.kind.status == UNAUTHENTICATED.status {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"insula\""));
    }
    for (name, value) in extra {
        headers.insert(name.clone(), value.clone());
    }
}

/// The one place where a failure is logged; the request id is in the surrounding span.
pub(crate) fn log(failure: &Failure) {
    let problem = failure.problem();
    if problem.kind.status >= 500 {
        let cause = causes(problem);
        tracing::error!(code = problem.kind.code, cause, "request failed: {}", problem.detail);
    } else {
        tracing::debug!(code = problem.kind.code, "request refused: {}", problem.detail);
    }
}

/// A refusal of actix-web's own (a broken chunk, an unreadable encoding), by its status.
pub(crate) fn from_status(status: StatusCode, cause: Option<String>) -> Failure {
    let problem = match status {
        StatusCode::NOT_FOUND => nothing_here(),
        StatusCode::METHOD_NOT_ALLOWED => {
            Problem::new(METHOD_NOT_ALLOWED, "This method is not supported here.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(TOO_LARGE, "The body is larger than is accepted here."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Problem::new(UNSUPPORTED_MEDIA_TYPE, "This media type is not accepted here.")
        }
        status if status.is_client_error() => {
            let kind = ProblemKind { status: status.as_u16(), ..MALFORMED };
            Problem::new(kind, "The request cannot be read.")
        }
        status => {
            let problem = Problem::internal(cause.unwrap_or_else(|| format!("answered {status}")));
            Problem { kind: ProblemKind { status: status.as_u16(), ..INTERNAL }, ..problem }
        }
    };
    problem.into()
}

pub(crate) fn nothing_here() -> Problem {
    Problem::new(NOT_FOUND, "There is nothing here.")
}

fn status_of(kind: &ProblemKind) -> StatusCode {
    StatusCode::from_u16(kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn retry_after_s(problem: &Problem) -> Option<u64> {
    let kind = &problem.kind;
    let expected = matches!(kind.status, 429 | 503) || kind.code == IDEMPOTENCY_KEY_IN_USE.code;
    match problem.retry_after {
        Some(after) => Some(after.as_secs() + u64::from(after.subsec_nanos() > 0)),
        None => expected.then_some(1),
    }
}

fn causes(problem: &Problem) -> String {
    let mut texts = Vec::new();
    let mut cause = problem.source();
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    texts.join(": ")
}
