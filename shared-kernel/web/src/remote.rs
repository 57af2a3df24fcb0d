//! Contracts between processes of one installation, over HTTP: the receiving half, and what both halves sign.
//! A call is a `POST /internal/contracts/<contract>/<method>` whose time and body are signed with a key that
//! every process of the installation makes from the master key. Nobody else can send a `Ctx`.

use crate::answer::{Answer, Rendered};
use crate::api::not_allowed;
use crate::body;
use crate::problem_json::nothing_here;
use crate::server::Server;
use actix_web::http::Method;
use actix_web::web::{self as actix, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use kernel::contract::{ContractServer, DispatchError};
use kernel::ctx::CtxWire;
use kernel::problem::{DEADLINE_EXCEEDED, MALFORMED, UNAUTHENTICATED};
use kernel::{Ctx, Problem};
use secrets::Secrets;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::Arc;
use tracing::Instrument;

pub const PATH: &str = "/internal/contracts";
pub const SIGNATURE: &str = "x-insula-signature";

const PURPOSE: &str = "web.remote";
/// How far two processes' clocks, and a call on its way, may be apart.
const TOLERANCE_S: i64 = 60;
const MAX_BODY_BYTES: usize = 16 << 20;

/// A call as it is sent: `POST` the body to the path, with the signature in its header.
#[derive(Debug)]
pub struct Call {
    pub path: String,
    pub signature: String,
    pub body: Vec<u8>,
}

impl Call {
    /// `request` is the JSON that `Transport::call` was given.
    pub fn new(
        secrets: &Secrets,
        now: DateTime<Utc>,
        contract: &str,
        method: &str,
        ctx: &Ctx,
        request: &[u8],
    ) -> Result<Self, serde_json::Error> {
        let request: &RawValue = serde_json::from_slice(request)?;
        let body = serde_json::to_vec(&SentEnvelope { ctx: ctx.to_wire(), request })?;
        let time = now.timestamp().to_string();
        let mac = secrets.keyed_hash(PURPOSE, &signed(&time, contract, method, &body));
        let signature = format!("{time}.{}", URL_SAFE_NO_PAD.encode(mac));
        Ok(Self { path: format!("{PATH}/{contract}/{method}"), signature, body })
    }
}

/// Serves these contracts to the other processes.
pub fn configure(config: &mut ServiceConfig, server: &Server, contracts: Vec<Arc<dyn ContractServer>>) {
    let (server, contracts): (_, Arc<[_]>) = (server.clone(), contracts.into());
    let receive = move |req: HttpRequest, names: actix::Path<(String, String)>, payload: actix::Payload| {
        let (server, contracts) = (server.clone(), Arc::clone(&contracts));
        async move {
            let (contract, method) = names.into_inner();
            let found = contracts.iter().find(|server| server.contract() == contract);
            answer(receive(&server, found, &contract, &method, &req, payload).await, &req)
        }
    };
    config.service(
        actix::resource(format!("{PATH}/{{contract}}/{{method}}"))
            .route(actix::post().to(receive))
            .default_service(actix::to(not_allowed(&[Method::POST]))),
    );
}

#[derive(Serialize)]
struct SentEnvelope<'a> {
    ctx: CtxWire,
    request: &'a RawValue,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    ctx: CtxWire,
    #[serde(borrow)]
    request: &'a RawValue,
}

async fn receive(
    server: &Server,
    contract: Option<&Arc<dyn ContractServer>>,
    name: &str,
    method: &str,
    req: &HttpRequest,
    payload: actix::Payload,
) -> Answer {
    let mut payload = payload.into_inner();
    let body = body::read(&mut payload, body::content_length(req.headers()), MAX_BODY_BYTES).await?;
    verify(server, name, method, req, &body)?;
    let contract = contract.ok_or_else(nothing_here)?;
    let envelope: Envelope<'_> = serde_json::from_slice(&body)
        .map_err(|error| Problem::new(MALFORMED, "The call cannot be read.").with_cause(error))?;
    let ctx = envelope.ctx.into_ctx(server.clock().clone());
    let caller = ctx.trace().clone();
    let ctx = ctx.with_trace(caller.child());
    let span = tracing::info_span!(
        "contract",
        request_id = ctx.request_id(),
        trace = ctx.trace().traceparent,
        parent = caller.span_id(),
        tenant = %ctx.tenant(),
        impersonator = ctx.principal().impersonator.as_ref().map(tracing::field::display),
        contract = name,
        method,
        error = tracing::field::Empty,
    );
    let answer = dispatch(&**contract, &ctx, method, envelope.request).instrument(span).await?;
    Ok(Rendered::bytes("application/json", Bytes::from(answer)).cache_control("no-store"))
}

/// Until the caller's deadline.
async fn dispatch(
    contract: &dyn ContractServer,
    ctx: &Ctx,
    method: &str,
    request: &RawValue,
) -> Result<Vec<u8>, Problem> {
    let work = contract.dispatch(ctx, method, request.get().as_bytes());
    let answer = match tokio::time::timeout_at(ctx.visitor().deadline.into(), work).await {
        Ok(answer) => answer.map_err(problem),
        Err(_) => Err(Problem::new(DEADLINE_EXCEEDED, "The call took too long.")),
    };
    answer.inspect_err(|problem| {
        tracing::Span::current().record("error", tracing::field::display(problem));
    })
}

fn answer(answer: Answer, req: &HttpRequest) -> HttpResponse {
    match answer {
        Ok(rendered) => rendered.respond_to(req),
        Err(failure) => HttpResponse::from_error(failure),
    }
}

fn verify(
    server: &Server,
    contract: &str,
    method: &str,
    req: &HttpRequest,
    body: &[u8],
) -> Result<(), Problem> {
    let verified = || {
        let (time, mac) = req.headers().get(SIGNATURE)?.to_str().ok()?.split_once('.')?;
        let age_s = server.clock().now().timestamp().checked_sub(time.parse().ok()?)?;
        let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
        let parts = signed(time, contract, method, body);
        (age_s.abs() <= TOLERANCE_S && server.secrets().verify_keyed_hash(PURPOSE, &parts, &mac))
            .then_some(())
    };
    verified().ok_or_else(|| Problem::new(UNAUTHENTICATED, "The call is not signed by this installation."))
}

fn signed<'a>(time: &'a str, contract: &'a str, method: &'a str, body: &'a [u8]) -> [&'a [u8]; 4] {
    [time.as_bytes(), contract.as_bytes(), method.as_bytes(), body]
}

fn problem(error: DispatchError) -> Problem {
    match error {
        DispatchError::UnknownMethod { .. } => nothing_here().with_cause(error),
        DispatchError::Unreadable(_) => {
            Problem::new(MALFORMED, "The request cannot be read.").with_cause(error)
        }
        DispatchError::Unwritable(_) => Problem::internal(error),
    }
}
