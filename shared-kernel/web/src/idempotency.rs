//! `Idempotency-Key` at the edge: what was done already is answered again. The key, fingerprint and answer are written
//! by the domain's unit of work, in the transaction of the effect; a second one with that key cannot commit. So a first
//! request asks nothing beforehand: only one that is refused, for whatever reason, may have been done already.

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
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

const PURPOSE: &str = "web.idempotency";
/// An answer waits no longer for what is rolled back.
const GIVEN_BACK_WITHIN: Duration = Duration::from_secs(1);

/// Where a domain's answers are kept: its databases.
#[async_trait]
pub trait Replays: Send + Sync {
    /// By tenant, actor, who acts through them, and key of `ctx`.
    async fn replay(&self, ctx: &Ctx) -> Result<Option<Stored>, Problem>;
}

#[async_trait]
impl Replays for Databases {
    async fn replay(&self, ctx: &Ctx) -> Result<Option<Stored>, Problem> {
        Ok(self.stored_response(ctx).await?)
    }
}

pub(crate) fn honoured(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PATCH | Method::DELETE)
}

/// What the fingerprint is of, beside the method and the target: the body, or the declared digest of an upload.
struct Content(Vec<u8>);

/// Reads the body when there is a key and puts it back for the handler; of an upload it reads the declared digest.
pub(crate) async fn read(
    endpoint: &Endpoint,
    server: &Server,
    req: &HttpRequest,
    payload: &mut Payload,
    ctx: Ctx,
) -> Result<Ctx, Problem> {
    if !endpoint.info.accepts_key {
        return Ok(ctx);
    }
    let Some(key) = key(req.headers())? else {
        if endpoint.options.requires_key {
            let detail =
                "Send an Idempotency-Key of your own making: one per intended effect, the same for a retry.";
            return Err(Problem::new(IDEMPOTENCY_KEY_REQUIRED, detail));
        }
        return Ok(ctx);
    };
    let content = if endpoint.accepts().is_empty() {
        let declared = body::content_length(req.headers());
        let bytes = body::read(payload, declared, endpoint.limits(req)?.body_bytes).await?;
        *payload = Payload::from(bytes.clone());
        bytes.to_vec()
    } else {
        let digest = ContentDigest::read(req.headers())?;
        req.extensions_mut().insert(digest);
        let media_type = body::media_type(req.headers()).unwrap_or_default();
        [media_type.as_bytes(), digest.as_bytes()].join(&b'\n')
    };
    let fingerprint = server.secrets().keyed_hash(PURPOSE, &parts(req, &content)).to_vec();
    req.extensions_mut().insert(Content(content));
    let domain = endpoint.info.domain;
    let held = Arc::default();
    Ok(ctx.with_idempotency(Idempotency { domain, key, fingerprint, renderer: None, held }))
}

/// The answer that a first request with this key got.
pub(crate) async fn done(
    endpoint: &Endpoint,
    server: &Server,
    req: &HttpRequest,
    ctx: &Ctx,
) -> Result<Option<Rendered>, Problem> {
    if ctx.idempotency().is_none() {
        return Ok(None);
    }
    let Some(stored) = endpoint.replays.replay(ctx).await? else { return Ok(None) };
    let extensions = req.extensions();
    let content = extensions.get::<Content>().map_or(&[][..], |content| &content.0);
    // Under any of the master keys: it may have been rotated since.
    if server.secrets().verify_keyed_hash(PURPOSE, &parts(req, content), &stored.fingerprint) {
        return Rendered::replayed(stored.response).map(Some);
    }
    let detail = "This Idempotency-Key was used for another request: make a new key for a new effect.";
    Err(Problem::new(IDEMPOTENCY_KEY_REUSED, detail))
}

/// A transaction that was not committed has the key until it is rolled back, in the background; whoever is
/// answered may send the key again at once. What was committed has given it back already.
pub(crate) async fn given_back(ctx: &Ctx) {
    if let Some(idempotency) = ctx.idempotency() {
        let _ = timeout(GIVEN_BACK_WITHIN, idempotency.held.lock()).await;
    }
}

fn parts<'a>(req: &'a HttpRequest, content: &'a [u8]) -> [&'a [u8]; 4] {
    [req.method().as_str().as_bytes(), req.path().as_bytes(), req.query_string().as_bytes(), content]
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
