//! The bounds of what a client may send before anybody looks at it: the length of the URL, the size of the header
//! fields, and the time its body may take. What is larger than actix-web's own buffer it refuses itself, without a
//! body, before a request is there.

use crate::server::Settings;
use actix_web::HttpMessage;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header::HeaderMap;
use bytes::Bytes;
use futures::Stream;
use kernel::Problem;
use kernel::problem::{HEADERS_TOO_LARGE, URI_TOO_LONG};
use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// As many as actix-web reads of HTTP/1.1; of HTTP/2 it would read any number.
const MAX_HEADER_FIELDS: usize = 96;
/// A body that keeps coming may take longer: a second more for each of these.
const BYTES_PER_EXTRA_SECOND: usize = 8_192;

pub(crate) fn check_head(req: &ServiceRequest, settings: &Settings) -> Result<(), Problem> {
    let target = req.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > settings.max_url_bytes {
        let detail = format!("The URL is longer than {} bytes.", settings.max_url_bytes);
        return Err(Problem::new(URI_TOO_LONG, detail));
    }
    let headers = req.headers();
    if headers.len() > MAX_HEADER_FIELDS || size(headers) > settings.max_header_bytes {
        let bytes = settings.max_header_bytes;
        let detail =
            format!("The header has more than {bytes} bytes or more than {MAX_HEADER_FIELDS} fields.");
        return Err(Problem::new(HEADERS_TOO_LARGE, detail));
    }
    Ok(())
}

/// Whoever reads the body of this request from here on waits no longer than it may take.
pub(crate) fn time_body(req: &mut ServiceRequest, settings: &Settings) {
    let payload = req.take_payload();
    if matches!(payload, Payload::None) {
        return;
    }
    let deadline = Instant::now() + Duration::from_millis(settings.body_timeout_ms);
    let timed = Timed { payload, deadline, received: 0, timer: None };
    req.set_payload(Payload::Stream { payload: Box::pin(timed) });
}

/// What a body of this length may take longer, either way.
pub(crate) fn extra_time(bytes: usize) -> Duration {
    Duration::from_secs((bytes / BYTES_PER_EXTRA_SECOND) as u64)
}

/// As it is written: name, colon, space, value and the end of the line.
fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

struct Timed {
    payload: Payload,
    deadline: Instant,
    received: usize,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Stream for Timed {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Poll::Ready(chunk) = Pin::new(&mut this.payload).poll_next(context) {
            this.received += chunk.as_ref().and_then(|chunk| chunk.as_ref().ok()).map_or(0, Bytes::len);
            this.timer = None;
            return Poll::Ready(chunk);
        }
        let until = this.deadline + extra_time(this.received);
        let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
        timer.as_mut().poll(context).map(|()| {
            let error = Error::new(ErrorKind::TimedOut, "the body came too slowly");
            Some(Err(PayloadError::Io(error)))
        })
    }
}
