//! Bodies: JSON read with every fault named, and raw uploads chunk by chunk. All of it bounded.

use crate::digest::{ContentDigest, Verification};
use crate::json::parse;
use crate::openapi::{Described, Description, schema_of};
use crate::operation::Endpoint;
use crate::problem_json::Failure;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::future::LocalBoxFuture;
use kernel::Problem;
use kernel::problem::{MALFORMED, REQUEST_TIMEOUT, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use std::future::{Ready, ready};
use std::io::ErrorKind;
use std::ops::Deref;
use utoipa::ToSchema;
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{Content, Ref, Required};

/// A JSON body. The DTO denies unknown fields: a typo must not be silently ignored.
pub struct Body<T>(pub T);

impl<T> Body<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Body<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = check_json(req.headers());
        let limits = Endpoint::of(req).and_then(|operation| operation.limits(req));
        let declared = content_length(req.headers());
        let mut payload = payload.take();
        Box::pin(async move {
            media_type?;
            let limits = limits?;
            let bytes = read(&mut payload, declared, limits.body_bytes).await?;
            Ok(Self(parse(&bytes, limits.json_depth)?))
        })
    }
}

impl<T: ToSchema> Described for Body<T> {
    fn describe(into: &mut Description) {
        let name = schema_of::<T>(&mut into.schemas);
        let body = RequestBodyBuilder::new()
            .content("application/json", Content::new(Some(Ref::from_schema_name(name))))
            .required(Some(Required::True));
        into.request_body = Some(body.build());
    }
}

/// A body as it comes, for an operation with `.raw_body(…)`.
pub struct Upload {
    payload: Payload,
    content_type: String,
    left_bytes: usize,
    /// Where an idempotency key is bound to the declared digest.
    verification: Option<Verification>,
}

impl Upload {
    /// Without parameters, in lower case.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// Nothing of it may be kept before this has said that there is no more: only then is it known to be the body
    /// whose digest was declared.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let Some(chunk) = self.payload.next().await else {
            return self.verification.take().map_or(Ok(()), Verification::finish).map(|()| None);
        };
        let chunk = chunk.map_err(unreadable)?;
        self.left_bytes = self.left_bytes.checked_sub(chunk.len()).ok_or_else(too_large)?;
        if let Some(verification) = &mut self.verification {
            verification.add(&chunk);
        }
        Ok(Some(chunk))
    }

    /// All of it; the operation's limit is the bound.
    pub async fn bytes(mut self) -> Result<Bytes, Problem> {
        let mut all = BytesMut::new();
        while let Some(chunk) = self.next().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }
}

impl FromRequest for Upload {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;
    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(upload(req, payload).map_err(Failure::from))
    }
}

fn upload(req: &HttpRequest, payload: &mut Payload) -> Result<Upload, Problem> {
    check_encoding(req.headers())?;
    let operation = Endpoint::of(req)?;
    let accepted = operation.accepts();
    let content_type = media_type(req.headers()).unwrap_or_default();
    if !accepted.contains(&content_type.as_str()) {
        let detail = format!("Send {}.", accepted.join(" or "));
        return Err(Problem::new(UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let left_bytes = operation.limits(req)?.body_bytes;
    if content_length(req.headers()).is_some_and(|declared| declared > left_bytes) {
        return Err(too_large());
    }
    let verification = req.extensions().get::<ContentDigest>().copied().map(Verification::of);
    Ok(Upload { payload: payload.take(), content_type, left_bytes, verification })
}

impl Described for Upload {
    fn describe(into: &mut Description) {
        into.upload = true;
    }
}

/// For a field of a merge patch (RFC 7396): absent is `None`, `null` is `Some(None)`.
/// `#[serde(default, deserialize_with = "web::nullable")] note: Option<Option<String>>`
pub fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

pub(crate) async fn read(
    payload: &mut Payload,
    declared: Option<usize>,
    limit_bytes: usize,
) -> Result<Bytes, Problem> {
    if declared.is_some_and(|declared| declared > limit_bytes) {
        return Err(too_large());
    }
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(unreadable)?;
        if first.len() + all.len() + chunk.len() > limit_bytes {
            return Err(too_large());
        }
        if first.is_empty() && all.is_empty() {
            first = chunk;
            continue;
        }
        if !first.is_empty() {
            all.extend_from_slice(&std::mem::take(&mut first));
        }
        all.extend_from_slice(&chunk);
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

pub(crate) fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(text.split(';').next()?.trim().to_ascii_lowercase())
}

fn check_json(headers: &HeaderMap) -> Result<(), Problem> {
    check_encoding(headers)?;
    let accepted = ["application/json", "application/merge-patch+json"];
    let is_accepted = media_type(headers).is_some_and(|media| accepted.contains(&media.as_str()));
    if is_accepted && is_utf_8(headers) {
        return Ok(());
    }
    Err(Problem::new(UNSUPPORTED_MEDIA_TYPE, "Send application/json, in UTF-8."))
}

pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    check_json(headers).is_ok()
}

/// Nothing here unpacks a body.
pub(crate) fn check_encoding(headers: &HeaderMap) -> Result<(), Problem> {
    let mut encodings = headers.get_all(CONTENT_ENCODING);
    if encodings.all(|encoding| encoding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity")) {
        return Ok(());
    }
    Err(Problem::new(UNSUPPORTED_MEDIA_TYPE, "Send the body as it is, without a Content-Encoding."))
}

fn is_utf_8(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    charsets.all(|(_, charset)| {
        let charset = charset.trim().trim_matches('"');
        ["utf-8", "utf8"].iter().any(|known| charset.eq_ignore_ascii_case(known))
    })
}

fn too_large() -> Problem {
    Problem::new(TOO_LARGE, "The body is larger than is accepted here.")
}

fn unreadable(error: PayloadError) -> Problem {
    match error {
        PayloadError::Overflow => too_large(),
        PayloadError::Io(error) if error.kind() == ErrorKind::TimedOut => {
            Problem::new(REQUEST_TIMEOUT, "The body came too slowly, so it was not waited for.")
        }
        error => Problem::new(MALFORMED, "The body ended early or cannot be decoded.")
            .with_cause(error.to_string()),
    }
}
