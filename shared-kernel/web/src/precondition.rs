//! `If-Match`, and `If-None-Match` of a `GET`.

use crate::openapi::{Described, Description};
use crate::problem_json::Failure;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest};
use kernel::Problem;
use kernel::problem::{CONDITIONS_CONFLICT, MALFORMED, PRECONDITION_REQUIRED, VERSION_MISMATCH};
use kernel::reference::Seen;
use std::future::{Ready, ready};
use utoipa::openapi::Required;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// The version the caller has seen. As an extractor it is required (428); `OptionalIfMatch` where it is not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IfMatch(Expected);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Expected {
    Any,
    Version(i64),
    /// A tag that no version of ours ever had.
    Never,
}

impl IfMatch {
    /// For the use case, which compares inside its transaction; `None` is `*`.
    pub fn expected(self) -> Option<i64> {
        match self.0 {
            Expected::Any => None,
            Expected::Version(version) => Some(version),
            Expected::Never => Some(-1),
        }
    }

    pub fn check(self, version: i64) -> Result<(), Problem> {
        if self.expected().is_none_or(|expected| expected == version) { Ok(()) } else { Err(stale()) }
    }
}

/// The resource has another version than the caller has seen.
pub fn stale() -> Problem {
    Problem::new(VERSION_MISMATCH, "The resource has changed since you read it: read it again and retry.")
}

impl FromRequest for IfMatch {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = read(req.headers()).and_then(|given| {
            let detail = "Send the ETag of the version you have read in If-Match, or `*`.";
            given.ok_or_else(|| Problem::new(PRECONDITION_REQUIRED, detail))
        });
        ready(read.map_err(Failure::from))
    }
}

/// `If-Match` where it is optional, or `If-None-Match: *` of what must be new; a malformed one is still refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OptionalIfMatch(Seen);

impl OptionalIfMatch {
    pub fn seen(self) -> Seen {
        self.0
    }
}

impl FromRequest for OptionalIfMatch {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(seen(req.headers()).map(Self).map_err(Failure::from))
    }
}

/// The version the caller has of what it reads, so that a handler can spare what is dear to load. Whatever it answers,
/// `Edge` makes a 304 of an answer whose tag the caller has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IfNoneMatch(Option<i64>);

impl IfNoneMatch {
    /// `None` where it is not one version of ours.
    pub fn version(self) -> Option<i64> {
        self.0
    }
}

impl FromRequest for IfNoneMatch {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut values = req.headers().get_all(IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
        let version = match (values.next(), values.next()) {
            (Some(tag), None) => {
                let tag = tag.trim();
                let opaque = tag.strip_prefix("W/").unwrap_or(tag);
                let opaque = opaque.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
                opaque.and_then(|version| version.parse().ok())
            }
            _ => None,
        };
        ready(Ok(Self(version)))
    }
}

impl Described for IfNoneMatch {
    fn describe(_: &mut Description) {}
}

impl Described for IfMatch {
    fn describe(into: &mut Description) {
        into.if_match = Some(true);
    }
}

impl Described for OptionalIfMatch {
    fn describe(into: &mut Description) {
        into.if_match = Some(false);
        let any = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["*"]));
        into.parameters.push(
            ParameterBuilder::new()
                .name("If-None-Match")
                .parameter_in(ParameterIn::Header)
                .required(Required::False)
                .description(Some("`*`: only if it is not there yet"))
                .schema(Some(any.build()))
                .build(),
        );
    }
}

/// What the caller made depend on a condition is not done without looking at it.
pub(crate) fn refuse_unread_condition(req: &HttpRequest, if_match: Option<bool>) -> Result<(), Problem> {
    if matches!(*req.method(), Method::GET | Method::HEAD) {
        return Ok(());
    }
    let unread = [(IF_MATCH, if_match.is_none()), (IF_NONE_MATCH, if_match != Some(false))];
    match unread.iter().find(|(name, is_unread)| *is_unread && req.headers().contains_key(name)) {
        None => Ok(()),
        Some((name, _)) => {
            Err(Problem::new(MALFORMED, format!("This operation does not look at {name}; leave it out.")))
        }
    }
}

fn seen(headers: &HeaderMap) -> Result<Seen, Problem> {
    match (read(headers)?, must_be_absent(headers)?) {
        (None, false) => Ok(Seen::Unknown),
        (None, true) => Ok(Seen::Absent),
        (Some(given), false) => Ok(given.expected().map_or(Seen::Any, Seen::Version)),
        (Some(_), true) => {
            Err(Problem::new(CONDITIONS_CONFLICT, "Send If-Match or If-None-Match, not both."))
        }
    }
}

fn must_be_absent(headers: &HeaderMap) -> Result<bool, Problem> {
    let mut values = headers.get_all(IF_NONE_MATCH);
    match (values.next().map(|value| value.as_bytes().trim_ascii()), values.next()) {
        (None, _) => Ok(false),
        (Some(b"*"), None) => Ok(true),
        _ => Err(Problem::new(MALFORMED, "If-None-Match can only be `*` here: it must not be there yet.")),
    }
}

fn read(headers: &HeaderMap) -> Result<Option<IfMatch>, Problem> {
    let mut values = headers.get_all(IF_MATCH);
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    let malformed = || Problem::new(MALFORMED, "If-Match is one quoted ETag, or `*`.");
    if values.next().is_some() {
        return Err(malformed());
    }
    if text == "*" {
        return Ok(Some(IfMatch(Expected::Any)));
    }
    let tag = text.strip_prefix("W/").unwrap_or(text);
    let opaque = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).ok_or_else(malformed)?;
    if opaque.contains('"') {
        return Err(malformed());
    }
    // The comparison is strong: a weak tag never matches.
    let version = if tag == text { opaque.parse().ok().filter(|version| *version >= 0) } else { None };
    Ok(Some(IfMatch(version.map_or(Expected::Never, Expected::Version))))
}

/// Whether the client already has what carries this tag (weak comparison, RFC 9110 13.1.2).
pub(crate) fn has_already(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let Ok(etag) = etag.to_str() else { return false };
    let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    let known = opaque(etag);
    headers
        .get_all(IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.trim() == "*" || value.split(',').any(|tag| opaque(tag.trim()) == known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn check(given: &str, expected: Result<Option<i64>, u16>) {
        let request = TestRequest::default().insert_header((IF_MATCH, given)).to_http_request();
        let read = read(request.headers()).map(|given| given.unwrap().expected());
        assert_eq!(read.map_err(|problem| problem.kind.status), expected, "{given}");
    }

    #[test]
    fn if_match_is_read() {
        check("\"7\"", Ok(Some(7)));
        check("*", Ok(None));
        check("W/\"7\"", Ok(Some(-1)));
        check("\"abc\"", Ok(Some(-1)));
        check("7", Err(400));
        check("\"7\", \"8\"", Err(400));
        check("", Err(400));
    }

    #[test]
    fn what_must_be_new_says_so() {
        for (given, expected) in [
            (vec![], Ok(Seen::Unknown)),
            (vec![(IF_MATCH, "*")], Ok(Seen::Any)),
            (vec![(IF_MATCH, "\"7\"")], Ok(Seen::Version(7))),
            (vec![(IF_NONE_MATCH, " * ")], Ok(Seen::Absent)),
            (vec![(IF_NONE_MATCH, "\"7\"")], Err(400)),
            (vec![(IF_NONE_MATCH, "*"), (IF_NONE_MATCH, "*")], Err(400)),
            (vec![(IF_NONE_MATCH, "*"), (IF_MATCH, "*")], Err(400)),
        ] {
            let request = given.iter().fold(TestRequest::default(), |request, (name, value)| {
                request.append_header((name.clone(), *value))
            });
            let read = seen(request.to_http_request().headers());
            assert_eq!(read.map_err(|problem| problem.kind.status), expected, "{given:?}");
        }
        let both = TestRequest::default().append_header((IF_MATCH, "*")).append_header((IF_NONE_MATCH, "*"));
        let refused = seen(both.to_http_request().headers()).map_err(|problem| problem.kind.code);
        assert_eq!(refused, Err("conditions_conflict"));
    }
}
