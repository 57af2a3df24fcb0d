//! What a handler answers, and how the same answer is stored in the transaction of its effect.

use crate::disposition::attachment;
use crate::problem_json::Failure;
use actix_web::body::{BodyStream, BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, HeaderValue,
    LOCATION,
};
use actix_web::{HttpRequest, HttpResponse, Responder};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use futures::Stream;
use kernel::ctx::StoredResponse;
use kernel::{Ctx, Problem};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::any::Any;
use std::error::Error as StdError;
use std::fmt::Display;
use std::sync::Arc;

pub type Answer = Result<Rendered, Failure>;

/// Compressing less than this gains nothing.
const WORTH_COMPRESSING_BYTES: usize = 1_500;
/// Of a digest; enough that no two texts share them.
const TAG_BYTES: usize = 16;

/// An answer as a value: status, headers and body.
#[derive(Debug)]
pub struct Rendered {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Content,
    secret: bool,
}

enum Content {
    Bytes(Bytes),
    Stream(BoxBody),
    Broken(String),
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Stream(_) => f.write_str("a stream"),
            Self::Broken(error) => f.write_str(error),
        }
    }
}

impl Rendered {
    pub fn ok(dto: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, dto)
    }

    pub fn created(location: impl Display, dto: &impl Serialize) -> Self {
        Self::json(StatusCode::CREATED, dto).header(LOCATION, location)
    }

    pub fn accepted(dto: &impl Serialize) -> Self {
        Self::json(StatusCode::ACCEPTED, dto)
    }

    pub fn no_content() -> Self {
        Self::new(StatusCode::NO_CONTENT, Content::Bytes(Bytes::new()))
    }

    /// The caller has this version already.
    pub fn not_modified(version: impl Display) -> Self {
        Self::new(StatusCode::NOT_MODIFIED, Content::Bytes(Bytes::new())).etag(version)
    }

    pub fn bytes(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self::new(StatusCode::OK, Content::Bytes(body.into())).header(CONTENT_TYPE, content_type)
    }

    pub fn stream<S, E>(content_type: &'static str, body: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + 'static,
        E: Into<Box<dyn StdError>> + 'static,
    {
        Self::new(StatusCode::OK, Content::Stream(BodyStream::new(body).boxed()))
            .header(CONTENT_TYPE, content_type)
    }

    /// A strong tag: the version of everything that is rendered.
    pub fn etag(self, version: impl Display) -> Self {
        self.header(ETAG, format_args!("\"{version}\""))
    }

    /// A strong tag of what keeps no version of its own: made from the very bytes.
    pub fn etag_of_body(self) -> Self {
        let Content::Bytes(body) = &self.body else { return self };
        let digest = URL_SAFE_NO_PAD.encode(&Sha256::digest(body)[..TAG_BYTES]);
        self.etag(digest)
    }

    pub fn location(self, location: impl Display) -> Self {
        self.header(LOCATION, location)
    }

    /// To be saved under that name, as far as a file can have it.
    pub fn attachment(self, file_name: &str) -> Self {
        self.header(CONTENT_DISPOSITION, attachment(file_name))
    }

    /// It shows a secret once: stored sealed, cached nowhere.
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self.header(CACHE_CONTROL, "no-store")
    }

    pub fn cache_control(self, value: &'static str) -> Self {
        self.header(CACHE_CONTROL, value)
    }

    /// A value that cannot stand in a header is left out and logged.
    pub fn header(mut self, name: HeaderName, value: impl Display) -> Self {
        match HeaderValue::try_from(value.to_string()) {
            Ok(value) => {
                self.headers.retain(|(known, _)| *known != name);
                self.headers.push((name, value));
            }
            Err(error) => tracing::error!(%name, %error, "a header cannot be sent"),
        }
        self
    }

    fn json(status: StatusCode, dto: &impl Serialize) -> Self {
        let body = match serde_json::to_vec(dto) {
            Ok(body) => Content::Bytes(body.into()),
            Err(error) => Content::Broken(error.to_string()),
        };
        Self::new(status, body).header(CONTENT_TYPE, "application/json")
    }

    fn new(status: StatusCode, body: Content) -> Self {
        Self { status, headers: Vec::new(), body, secret: false }
    }

    /// `None` for what cannot be kept: a stream.
    pub fn stored(&self) -> Option<StoredResponse> {
        let Content::Bytes(body) = &self.body else { return None };
        let text = |(name, value): &(HeaderName, HeaderValue)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        };
        Some(StoredResponse {
            status: self.status.as_u16(),
            headers: self.headers.iter().filter_map(text).collect(),
            body: body.to_vec(),
            secret: self.secret,
        })
    }

    /// A stored answer again, marked as such.
    pub(crate) fn replayed(stored: StoredResponse) -> Result<Self, Problem> {
        let status = StatusCode::from_u16(stored.status).map_err(Problem::internal)?;
        let mut rendered = Self::new(status, Content::Bytes(stored.body.into()));
        for (name, value) in stored.headers {
            let name = HeaderName::try_from(name).map_err(Problem::internal)?;
            rendered = rendered.header(name, value);
        }
        Ok(rendered.header(HeaderName::from_static("idempotency-replayed"), "true"))
    }
}

impl Responder for Rendered {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse<BoxBody> {
        let (body, small) = match self.body {
            Content::Bytes(bytes) => {
                let small = bytes.len() < WORTH_COMPRESSING_BYTES;
                (bytes.boxed(), small)
            }
            Content::Stream(stream) => (stream, false),
            Content::Broken(error) => {
                return HttpResponse::from_error(Failure::from(Problem::internal(error)));
            }
        };
        let mut response = HttpResponse::with_body(self.status, body);
        let headers = response.headers_mut();
        let tagged = self.headers.iter().any(|(name, _)| *name == ETAG);
        for (name, value) in self.headers {
            headers.insert(name, value);
        }
        if tagged || small || self.secret {
            // A strong tag names these very bytes, and the size of a compressed secret says something of it.
            // `Compress` leaves an encoded body alone; `Edge` takes the mark off again.
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("identity"));
        }
        response
    }
}

/// For [`respond`], where nothing is shown of what the use case came to.
pub fn no_content<T>(_: &T) -> Rendered {
    Rendered::no_content()
}

/// Runs a use case that writes. Its unit of work stores the answer that `render` makes of the result, in the same
/// transaction; the client gets the same.
pub async fn respond<T, E, U, R>(ctx: &Ctx, use_case: U, render: R) -> Answer
where
    T: Send + Sync + 'static,
    E: Into<Problem>,
    U: AsyncFnOnce(&Ctx) -> Result<T, E>,
    R: Fn(&T) -> Rendered + Send + Sync + 'static,
{
    if ctx.idempotency().is_none() {
        let result = use_case(ctx).await.map_err(Into::into)?;
        return Ok(render(&result));
    }
    let render = Arc::new(render);
    let for_storing = Arc::clone(&render);
    let ctx = ctx.with_renderer(Arc::new(move |result: &(dyn Any + Send + Sync)| {
        result.downcast_ref::<T>().and_then(|result| for_storing(result).stored())
    }));
    let result = use_case(&ctx).await.map_err(Into::into)?;
    Ok(render(&result))
}
