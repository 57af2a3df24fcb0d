//! `Idempotency-Key` at the edge: what was done already is answered again, before anything is validated anew.
//! The key, fingerprint and answer are written by the domain's unit of work, in the transaction of the effect.

use crate::answer::Rendered;
use crate::body;
use crate::digest::ContentDigest;
use crate::operation::Endpoint;
use crate::server::Server;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::{HttpMessage, HttpRequest};
use async_trait::async_trait;
use data::{Databases, Stored};
use kernel::ctx::Idempotency;
use kernel::problem::{IDEMPOTENCY_KEY_MALFORMED, IDEMPOTENCY_KEY_REQUIRED, IDEMPOTENCY_KEY_REUSED};
use kernel::{Ctx, Problem};

const PURPOSE: &str = "web.idempotency";

/// Where a domain's answers are kept: its databases.
#[async_trait]
pub trait Replays: Send + Sync {
    /// By tenant, actor and key of `ctx`.
    async fn replay(&self, ctx: &Ctx) -> Result<Option<Stored>, Problem>;
}

#[async_trait]
impl Replays for Databases {
    async fn replay(&self, ctx: &Ctx) -> Result<Option<Stored>, Problem> {
        Ok(self.stored_response(ctx).await?)
    }
}

pub(crate) enum Outcome {
    /// Go on, with this.
    New(Ctx),
    Done(Rendered),
}

pub(crate) fn honoured(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PATCH | Method::DELETE)
}

/// Reads the body when there is a key and puts it back for the handler; of an upload it reads the declared digest.
pub(crate) async fn check(
    endpoint: &Endpoint,
    server: &Server,
    req: &HttpRequest,
    payload: &mut Payload,
    ctx: Ctx,
) -> Result<Outcome, Problem> {
    if !endpoint.info.accepts_key {
        return Ok(Outcome::New(ctx));
    }
    let Some(key) = key(req.headers())? else {
        if endpoint.options.requires_key {
            let detail =
                "Send an Idempotency-Key of your own making: one per intended effect, the same for a retry.";
            return Err(Problem::new(IDEMPOTENCY_KEY_REQUIRED, detail));
        }
        return Ok(Outcome::New(ctx));
    };
    let content = if endpoint.accepts().is_empty() {
        let declared = body::content_length(req.headers());
        let bytes = body::read(payload, declared, endpoint.limits(req).body_bytes).await?;
        *payload = Payload::from(bytes.clone());
        bytes.to_vec()
    } else {
        let digest = ContentDigest::read(req.headers())?;
        req.extensions_mut().insert(digest);
        let media_type = body::media_type(req.headers()).unwrap_or_default();
        [media_type.as_bytes(), digest.as_bytes()].join(&b'\n')
    };
    let (method, path, query) = (req.method().as_str(), req.path(), req.query_string());
    let parts = [method.as_bytes(), path.as_bytes(), query.as_bytes(), &content];
    let fingerprint = server.secrets().keyed_hash(PURPOSE, &parts).to_vec();
    let domain = endpoint.info.domain;
    let ctx =
        ctx.with_idempotency(Idempotency { domain, key, fingerprint: fingerprint.clone(), renderer: None });
    match endpoint.replays.replay(&ctx).await? {
        None => Ok(Outcome::New(ctx)),
        // Under any of the master keys: it may have been rotated since.
        Some(replay) if server.secrets().verify_keyed_hash(PURPOSE, &parts, &replay.fingerprint) => {
            Ok(Outcome::Done(Rendered::replayed(replay.response)?))
        }
        Some(_) => {
            let detail =
                "This Idempotency-Key was used for another request: make a new key for a new effect.";
            Err(Problem::new(IDEMPOTENCY_KEY_REUSED, detail))
        }
    }
}

/// The answer that a first request with this key has left since this one looked. One that ran beside it may have been
/// refused only because the first had done the work already: it gets the first's answer, not that refusal.
pub(crate) async fn done_since(endpoint: &Endpoint, ctx: &Ctx) -> Result<Option<Rendered>, Problem> {
    let Some(idempotency) = ctx.idempotency() else { return Ok(None) };
    match endpoint.replays.replay(ctx).await? {
        Some(replay) if replay.fingerprint == idempotency.fingerprint => {
            Rendered::replayed(replay.response).map(Some)
        }
        _ => Ok(None),
    }
}

/// Bare or quoted, 1–255 visible characters of ASCII.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all("idempotency-key");
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let visible = bare.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    if values.next().is_some() || !visible || !(1..=255).contains(&bare.len()) {
        let detail = "An Idempotency-Key is 1 to 255 visible ASCII characters, bare or in double quotes.";
        return Err(Problem::new(IDEMPOTENCY_KEY_MALFORMED, detail));
    }
    Ok(Some(bare.to_owned()))
}
