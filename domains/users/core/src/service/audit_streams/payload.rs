//! What is sent, and what came back: a message by Standard Webhooks.

use crate::app::App;
use crate::domain::AuditStreamId;
use crate::domain::audit_detail::Verification;
use crate::domain::audit_stream::retry_after;
use crate::domain::webhook::Message;
use crate::error::Error;
use crate::service::audit::list_audit_entries::LoggedEntry;
use crate::service::audit_streams::audit_stream::opened;
use crate::store::audit_stream::Model;
use ::outbound::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use ::outbound::{Method, Request};
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use kernel::{Ctx, Problem};
use serde_json::{Value, json};

const GONE: u16 = 410;
const UNREADABLE: &str =
    "The secret cannot be opened here. Rotate it, or ask the operators of this installation.";

/// The same for each try.
pub struct Payload {
    pub id: String,
    pub body: Vec<u8>,
}

pub enum Outcome {
    Taken { status: u16 },
    Refused(Refusal),
}

pub struct Refusal {
    /// `None`: no answer came.
    pub status: Option<u16>,
    /// For people: what to look at.
    pub error: String,
    pub retry_after: Option<Duration>,
    /// The collector said that it is there no more.
    pub gone: bool,
}

/// An entry as the list of them shows it, with its place in the log.
pub fn entry(entry: &LoggedEntry, leaf_index: i64) -> Value {
    let verification = match entry.verification {
        Verification::Verified => "verified",
        Verification::Erased => "erased",
        Verification::Mismatch => "mismatch",
        Verification::Unsealed => "unsealed",
    };
    json!({
        "id": entry.id,
        "leaf_index": leaf_index,
        "action": entry.action,
        "resource": entry.resource,
        "resource_id": entry.resource_id,
        "before": entry.detail.before,
        "after": entry.detail.after,
        "actor": entry.actor,
        "impersonator": entry.impersonator,
        "client_address": entry.detail.client_address,
        "user_agent": entry.detail.user_agent,
        "request_id": entry.request_id,
        "happened_at": entry.happened_at,
        "created_at": entry.created_at,
        "detail_erased": entry.verification == Verification::Erased,
        "verification": verification,
    })
}

/// Of one batch. It has the time of its last entry, so that a repeat says the same.
pub fn batch(stream: AuditStreamId, first_leaf: i64, at: DateTime<Utc>, entries: Vec<Value>) -> Payload {
    let body = framed("audit.entries", at, json!({ "entries": entries }));
    Payload { id: format!("{stream}_{first_leaf}"), body }
}

/// For somebody who wants to see whether the collector takes what it is sent.
pub fn test(ctx: &Ctx, stream: AuditStreamId) -> Payload {
    let id: AuditStreamId = ctx.new_id();
    let body = framed("audit.test", ctx.now(), json!({ "stream_id": stream }));
    Payload { id: format!("test_{id}"), body }
}

/// No transaction is open meanwhile.
pub async fn send(app: &App, ctx: &Ctx, stream: &Model, payload: &Payload) -> Result<Outcome, Error> {
    let refused = |error: String| Refusal { status: None, error, retry_after: None, gone: false };
    // It was allowed when it was said; the setting may have changed.
    let url = match app.outbound.parse_url(&stream.url) {
        Ok(url) => url,
        Err(error) => return Ok(Outcome::Refused(refused(format!("The URL {error}.")))),
    };
    let sent_at = ctx.now();
    let secrets = match opened(app, stream, sent_at) {
        Ok(secrets) => secrets,
        Err(error) => {
            tracing::error!(stream = %stream.public_id, %error, "the secret of an audit stream cannot be opened");
            return Ok(Outcome::Refused(refused(UNREADABLE.to_owned())));
        }
    };
    let message = Message { id: &payload.id, sent_at, body: &payload.body };
    let signatures = message.signatures(secrets.iter().map(Vec::as_slice));
    let headers = headers(&payload.id, sent_at, &signatures)?;
    let request = Request { method: Method::POST, url, headers, body: payload.body.clone() };
    Ok(match app.outbound.send(request).await {
        Ok(reply) if reply.is_success() => Outcome::Taken { status: reply.status },
        Ok(reply) => Outcome::Refused(Refusal {
            status: Some(reply.status),
            error: format!("The collector answered {}.", reply.status),
            retry_after: reply.retry_after().and_then(|text| retry_after(text, ctx.now())),
            gone: reply.status == GONE,
        }),
        Err(error) => Outcome::Refused(refused(format!("The collector could not be asked: {error}."))),
    })
}

fn headers(id: &str, sent_at: DateTime<Utc>, signatures: &str) -> Result<HeaderMap, Error> {
    let value = |text: &str| HeaderValue::from_str(text).map_err(Problem::internal);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(HeaderName::from_static("webhook-id"), value(id)?);
    headers.insert(HeaderName::from_static("webhook-timestamp"), value(&sent_at.timestamp().to_string())?);
    headers.insert(HeaderName::from_static("webhook-signature"), value(signatures)?);
    Ok(headers)
}

fn framed(kind: &str, at: DateTime<Utc>, data: Value) -> Vec<u8> {
    let timestamp = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    json!({ "type": kind, "timestamp": timestamp, "data": data }).to_string().into_bytes()
}
