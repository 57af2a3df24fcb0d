//! Carries the calls of a domain whose contract is answered by another process of this installation.

use async_trait::async_trait;
use kernel::contract::{Transport, TransportError};
use kernel::problem::DEADLINE_EXCEEDED;
use kernel::{Clock, Ctx};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use secrets::Secrets;
use std::error::Error;
use std::time::Duration;
use tracing::Instrument;
use web::remote::{Call, SIGNATURE};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Between two pieces of an answer; the whole call ends with its caller's deadline.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
const IDLE_CONNECTIONS: usize = 32;
const MAX_ANSWER_BYTES: usize = 16 << 20;
const JSON: HeaderValue = HeaderValue::from_static("application/json");

pub struct HttpTransport {
    http: Client,
    url: String,
    secrets: Secrets,
    clock: Clock,
}

impl HttpTransport {
    pub fn new(url: &str, secrets: Secrets, clock: Clock) -> Result<Self, reqwest::Error> {
        let http = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .redirect(Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), secrets, clock })
    }

    async fn send(&self, call: Call, time_left: Duration) -> Result<Vec<u8>, TransportError> {
        let request = self.http.post(format!("{}{}", self.url, call.path)).timeout(time_left);
        let request = request.header(SIGNATURE, call.signature).header(CONTENT_TYPE, JSON).body(call.body);
        let response = request.send().await.map_err(unavailable)?;
        let status = response.status();
        let body = whole(response).await?;
        match status.as_u16() {
            200 => Ok(body),
            code if code == DEADLINE_EXCEEDED.status && tells(&body, DEADLINE_EXCEEDED.code) => {
                Err(TransportError::DeadlineExceeded)
            }
            _ => Err(unavailable(format!(
                "{} answered {status}: {}",
                self.url,
                String::from_utf8_lossy(&body)
            ))),
        }
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn call(
        &self,
        contract: &'static str,
        method: &'static str,
        ctx: &Ctx,
        request: Vec<u8>,
    ) -> Result<Vec<u8>, TransportError> {
        let trace = ctx.trace().child();
        let span = tracing::info_span!(
            "call",
            request_id = ctx.request_id(),
            trace = trace.traceparent,
            parent = ctx.trace().span_id(),
            tenant = %ctx.tenant(),
            contract,
            method,
            error = tracing::field::Empty,
        );
        let sent = ctx.with_trace(trace);
        let call = Call::new(&self.secrets, self.clock.now(), contract, method, &sent, &request);
        let call = call.map_err(unavailable)?;
        let answer = async {
            self.send(call, ctx.time_left()).await.inspect_err(|error| {
                tracing::Span::current().record("error", tracing::field::display(error));
            })
        };
        let answer = answer.instrument(span).await;
        // Whatever broke because the time was over broke for that reason.
        answer
            .map_err(|error| if ctx.time_left().is_zero() { TransportError::DeadlineExceeded } else { error })
    }
}

async fn whole(mut response: Response) -> Result<Vec<u8>, TransportError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unavailable)? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(unavailable(format!("the answer is larger than {MAX_ANSWER_BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn tells(problem: &[u8], code: &str) -> bool {
    serde_json::from_slice::<serde_json::Value>(problem).is_ok_and(|problem| problem["code"] == code)
}

fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> TransportError {
    TransportError::Unavailable(cause.into())
}
