//! What went wrong, in a form the edge can render as problem+json (RFC 9457) and the log can explain.
//! Public text and internal cause are different fields: `cause` never leaves the process.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

/// A kind of problem, declared once by the enum it belongs to. `/problems/<code>` is its page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProblemKind {
    /// Stable, `billing.invoice_not_found`.
    pub code: &'static str,
    pub status: u16,
    pub title: &'static str,
}

/// An error enum whose variants are kinds of problems. Derived by `macros::Problems`.
pub trait Problems: StdError + Send + Sync + 'static {
    const KINDS: &'static [ProblemKind];
    fn into_problem(self) -> Problem;
}

#[derive(Debug)]
pub struct Problem {
    pub kind: ProblemKind,
    /// For the caller: what was wrong with this request and what to do.
    pub detail: Cow<'static, str>,
    pub errors: Vec<FieldError>,
    pub retry_after: Option<Duration>,
    /// For the log, once.
    pub cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl Problem {
    pub fn new(kind: ProblemKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), retry_after: None, cause: None }
    }

    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    pub fn with_cause(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    pub fn with_retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(INTERNAL, "Something went wrong on our side. The request id finds the cause in our logs.")
            .with_cause(cause)
    }

    pub fn unavailable(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(UNAVAILABLE, "A service this request needs does not answer. Try again shortly.")
            .with_retry_after(Duration::from_secs(1))
            .with_cause(cause)
    }

    /// Well-formed input that is invalid, all faults at once.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] => format!("{}: {}", one.pointer, one.detail),
            many => format!("{} fields are invalid; `errors` names each.", many.len()),
        };
        Self::new(INVALID, detail).with_errors(errors)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.code, self.detail)
    }
}
impl StdError for Problem {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_ref().map(|cause| &**cause as &(dyn StdError + 'static))
    }
}

/// Kinds that belong to no domain.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $status:literal $code:literal $title:literal;)*) => {
        $($(#[$doc])* pub const $name: ProblemKind = ProblemKind { code: $code, status: $status, title: $title };)*
        pub const KERNEL_KINDS: &[ProblemKind] = &[$($name),*];
    };
}
kinds! {
    MALFORMED = 400 "malformed" "The request is malformed";
    UNKNOWN_PARAMETER = 400 "unknown_parameter" "A query parameter is unknown";
    INVALID_PARAMETER = 400 "invalid_parameter" "A query parameter has an invalid value";
    CONDITIONS_CONFLICT = 400 "conditions_conflict" "Two preconditions exclude each other";
    INVALID_CURSOR = 400 "invalid_cursor" "The cursor is not one of ours";
    IDEMPOTENCY_KEY_REQUIRED = 400 "idempotency_key_required" "This operation needs an Idempotency-Key";
    IDEMPOTENCY_KEY_MALFORMED = 400 "idempotency_key_malformed" "The Idempotency-Key is malformed";
    CONTENT_DIGEST_REQUIRED = 400 "content_digest_required" "A file with an Idempotency-Key needs its Content-Digest";
    CONTENT_DIGEST_MISMATCH = 400 "content_digest_mismatch" "The body is not what its Content-Digest says";
    UNAUTHENTICATED = 401 "unauthenticated" "Not authenticated";
    FORBIDDEN = 403 "forbidden" "Not permitted";
    SECOND_FACTOR_NEEDED = 403 "second_factor_needed" "The tenant asks for a second factor";
    SUPPORT_CANNOT_START_JOBS = 403 "support_cannot_start_jobs" "Not by an operator who acts through a member";
    NOT_FOUND = 404 "not_found" "Not found";
    METHOD_NOT_ALLOWED = 405 "method_not_allowed" "Method not allowed";
    REQUEST_TIMEOUT = 408 "request_timeout" "The request came too slowly";
    /// A message whose effect is already there; never seen by a client.
    ALREADY_APPLIED = 409 "already_applied" "The message was applied before";
    CONFLICT = 409 "conflict" "Conflict with the current state";
    IDEMPOTENCY_KEY_IN_USE = 409 "idempotency_key_in_use" "A request with this Idempotency-Key is still running";
    VERSION_MISMATCH = 412 "version_mismatch" "The resource has changed since it was read";
    PRECONDITION_REQUIRED = 428 "precondition_required" "This operation needs If-Match";
    TOO_LARGE = 413 "too_large" "The body is too large";
    URI_TOO_LONG = 414 "uri_too_long" "The URL is too long";
    UNSUPPORTED_MEDIA_TYPE = 415 "unsupported_media_type" "Unsupported media type";
    INVALID = 422 "invalid" "The request is well-formed but invalid";
    IDEMPOTENCY_KEY_REUSED = 422 "idempotency_key_reused" "The Idempotency-Key was used for another request";
    TOO_MANY_REQUESTS = 429 "too_many_requests" "Too many requests";
    HEADERS_TOO_LARGE = 431 "headers_too_large" "The header fields are too large";
    INTERNAL = 500 "internal" "Internal error";
    UNAVAILABLE = 503 "unavailable" "Unavailable";
    DEADLINE_EXCEEDED = 503 "deadline_exceeded" "The request took too long";
}

/// One fault of the input, by JSON pointer (RFC 6901).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FieldError {
    pub pointer: String,
    pub code: Cow<'static, str>,
    pub detail: String,
}

/// Collects all faults of an input, so that the caller learns of them at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn add(&mut self, pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        self.0.push(FieldError { pointer: pointer.into(), code: Cow::Borrowed(code), detail: detail.into() });
    }

    pub fn require(&mut self, holds: bool, pointer: &str, code: &'static str, detail: &str) {
        if !holds {
            self.add(pointer, code, detail);
        }
    }

    /// A text of one line that is neither blank nor longer than `max` characters, trimmed.
    pub fn text(&mut self, pointer: &str, value: &str, max: usize) -> String {
        self.bounded(pointer, value, max, &[])
    }

    /// The same of several lines.
    pub fn prose(&mut self, pointer: &str, value: &str, max: usize) -> String {
        self.bounded(pointer, value, max, &['\n', '\r', '\t'])
    }

    fn bounded(&mut self, pointer: &str, value: &str, max: usize, allowed: &[char]) -> String {
        let trimmed = value.trim();
        if trimmed.is_empty() {
            self.add(pointer, "blank", "must not be blank");
        } else if trimmed.chars().count() > max {
            self.add(pointer, "too_long", format!("must have at most {max} characters"));
        }
        let is_refused = |character: char| character.is_control() && !allowed.contains(&character);
        self.require(
            !trimmed.chars().any(is_refused),
            pointer,
            "control_character",
            "must not hold control characters",
        );
        trimmed.to_owned()
    }

    /// The parsed value, or a fault with the parser's words.
    pub fn parse<T: std::str::FromStr<Err: fmt::Display>>(
        &mut self,
        pointer: &str,
        code: &'static str,
        text: &str,
    ) -> Option<T> {
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(pointer, code, error.to_string());
                None
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn into_errors(self) -> Vec<FieldError> {
        self.0
    }

    pub fn finish<T>(self, value: T) -> Result<T, Vec<FieldError>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, of_text: &[&str], of_prose: &[&str]) {
        let (mut text, mut prose) = (Faults::new(), Faults::new());
        text.text("/x", value, 10);
        prose.prose("/x", value, 10);
        let [text, prose] = [text, prose].map(Faults::into_errors);
        assert!(text.iter().map(|fault| &*fault.code).eq(of_text.iter().copied()), "{value:?}: {text:?}");
        assert!(prose.iter().map(|fault| &*fault.code).eq(of_prose.iter().copied()), "{value:?}: {prose:?}");
    }

    #[test]
    fn texts_are_bounded_and_clean() {
        check(" plain\n", &[], &[]);
        check(" \t ", &["blank"], &["blank"]);
        check("ten letters", &["too_long"], &["too_long"]);
        check("a\r\n\tlines", &["control_character"], &[]);
        for control in ["a\u{7}b", "a\u{1b}[31m", "a\u{85}b", "a\u{7f}"] {
            check(control, &["control_character"], &["control_character"]);
        }
        check("a\u{7}bcdefghijk", &["too_long", "control_character"], &["too_long", "control_character"]);
    }
}
