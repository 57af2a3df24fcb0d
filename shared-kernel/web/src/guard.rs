//! What stands before every operation, in the order of the contract: who are you, may you, was this done already,
//! and only then the handler's own reading of the request.

use crate::body;
use crate::idempotency;
use crate::limits::Allowance;
use crate::nul::refuse_in_target;
use crate::openapi::Described;
use crate::operation::{Access, Endpoint};
use crate::precondition::refuse_unread_condition;
use crate::problem_json::Failure;
use crate::query::refuse_unknown;
use crate::server::Server;
use crate::target::refuse_ill_encoded;
use crate::visitor::visitor_of;
use actix_web::body::BoxBody;
use actix_web::dev::{Handler, Payload};
use actix_web::http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, Responder, ResponseError};
use futures::FutureExt;
use kernel::ctx::Principal;
use kernel::id::PLATFORM;
use kernel::problem::{DEADLINE_EXCEEDED, MALFORMED, UNAUTHENTICATED};
use kernel::{Ctx, Permission, Problem, Visitor};
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::{Span, field};

/// Until a body that is longer under way has ended, its sender may have become nobody. What authentication believes of before
/// is younger than nine tenths of a second, and with this it is of less than one.
const AT_ONCE: Duration = Duration::from_millis(100);

pub(crate) async fn run<F, Args>(
    endpoint: Arc<Endpoint>,
    handler: F,
    req: HttpRequest,
    payload: Payload,
) -> HttpResponse
where
    F: Handler<Args>,
    Args: FromRequest + Described + 'static,
    F::Output: Responder + 'static,
{
    let mut visitor = match visitor_of(&req) {
        Ok(visitor) => visitor,
        Err(problem) => return refuse(problem.into()),
    };
    if let Some(timeout) = endpoint.options.timeout {
        visitor.deadline = Instant::now() + timeout;
        req.extensions_mut().insert(visitor.clone());
    }
    req.extensions_mut().insert(Arc::clone(&endpoint));
    let deadline = visitor.deadline;
    let work = Box::pin(guarded(endpoint, visitor, handler, req, payload));
    in_time(deadline, work).await.unwrap_or_else(refuse)
}

/// What panics or takes longer is a failure.
pub(crate) async fn in_time<T>(
    deadline: Instant,
    work: impl Future<Output = Result<T, Failure>> + Unpin,
) -> Result<T, Failure> {
    match tokio::time::timeout_at(deadline.into(), AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(panic)) => Err(panicked(&*panic).into()),
        Err(_) => Err(Problem::new(DEADLINE_EXCEEDED, "The request took too long and was given up.").into()),
    }
}

async fn guarded<F, Args>(
    endpoint: Arc<Endpoint>,
    visitor: Visitor,
    handler: F,
    req: HttpRequest,
    mut payload: Payload,
) -> Result<HttpResponse, Failure>
where
    F: Handler<Args>,
    Args: FromRequest,
    F::Output: Responder + 'static,
{
    let server = Server::of(&req)?;
    let route = &*endpoint.info.path;
    let begun = Instant::now();
    let mut later = None;
    match endpoint.access {
        Access::Public(_) => {
            Span::current().record("route", route);
            allow(&req, server.limits().visitor(&visitor))?;
        }
        Access::Permission(permission) => {
            let ctx = admit(&server, &req, visitor, permission, route).await?;
            let mut ctx = idempotency::read(&endpoint, &server, &req, &mut payload, ctx).await?;
            if ctx.idempotency().is_some() && !endpoint.info.is_upload {
                ctx = admit_again(&server, &req, begun, permission, ctx).await?;
            } else {
                later = Some(permission);
            }
            req.extensions_mut().insert(ctx);
        }
    }
    let ctx = req.extensions().get::<Ctx>().cloned();
    // An upload is long, and nothing of it is in the transaction.
    if let (true, Some(ctx)) = (endpoint.info.is_upload, &ctx)
        && let Some(rendered) = idempotency::done(&endpoint, &server, &req, ctx).await?
    {
        return Ok(rendered.respond_to(&req));
    }
    let readmission = later.map(|permission| Readmission { server: &server, begun, permission });
    let answer = handled(&endpoint, handler, &req, payload, readmission).await;
    let Some(ctx) = ctx else { return answer };
    let status = answer.as_ref().map_or_else(ResponseError::status_code, HttpResponse::status);
    let done = if status.is_client_error() {
        idempotency::done(&endpoint, &server, &req, &ctx).await
    } else {
        Ok(None)
    };
    // Last, as the rollback goes on beside that look.
    idempotency::given_back(&ctx).await;
    match done? {
        Some(rendered) => Ok(rendered.respond_to(&req)),
        None => answer,
    }
}

/// Who are you, are you within your limits, may you. The span learns the route and the tenant.
pub(crate) async fn admit(
    server: &Server,
    req: &HttpRequest,
    visitor: Visitor,
    permission: &Permission,
    route: &str,
) -> Result<Ctx, Failure> {
    let authenticated = authenticate(server, req, &visitor).await;
    let known = authenticated.as_ref().ok();
    let tenant = known.map(|principal| field::display(principal.tenant));
    let through = known.and_then(|principal| principal.impersonator.as_ref()).map(field::display);
    let span = Span::current();
    tracing::record_all!(span, route = route, tenant = tenant, impersonator = through);
    let principal = authenticated?;
    allow(req, server.limits().caller(&principal, visitor.now()))?;
    let ctx = Ctx::build(visitor, principal);
    ctx.may(permission)?;
    Ok(ctx)
}

/// The same of who was let in before a body that took its time, now that it is there: nothing is done for whose credential or
/// permission ended meanwhile. It is counted once.
pub(crate) async fn admit_again(
    server: &Server,
    req: &HttpRequest,
    begun: Instant,
    permission: &Permission,
    ctx: Ctx,
) -> Result<Ctx, Failure> {
    if begun.elapsed() < AT_ONCE {
        return Ok(ctx);
    }
    let principal = authenticate(server, req, ctx.visitor()).await?;
    let again = Ctx::build(ctx.visitor().clone(), principal);
    again.may(permission)?;
    Ok(match ctx.idempotency() {
        Some(idempotency) => again.with_idempotency(idempotency.clone()),
        None => again,
    })
}

/// Of a caller without an idempotency key, whose body is read last.
struct Readmission<'a> {
    server: &'a Server,
    begun: Instant,
    permission: &'static Permission,
}

impl Readmission<'_> {
    async fn pass(&self, req: &HttpRequest) -> Result<(), Failure> {
        let known = req.extensions().get::<Ctx>().cloned();
        if let Some(ctx) = known {
            let again = admit_again(self.server, req, self.begun, self.permission, ctx).await?;
            req.extensions_mut().insert(again);
        }
        Ok(())
    }
}

async fn handled<F, Args>(
    endpoint: &Endpoint,
    handler: F,
    req: &HttpRequest,
    mut payload: Payload,
    readmission: Option<Readmission<'_>>,
) -> Result<HttpResponse, Failure>
where
    F: Handler<Args>,
    Args: FromRequest,
    F::Output: Responder + 'static,
{
    refuse_ill_encoded(req)?;
    refuse_in_target(req)?;
    refuse_unknown(req, &endpoint.query_names)?;
    refuse_unread_condition(req, endpoint.if_match)?;
    if read_body(endpoint, req, &mut payload).await?
        && let Some(readmission) = readmission
    {
        readmission.pass(req).await?;
    }
    Ok(match Args::from_request(req, &mut payload).await {
        Ok(args) => handler.call(args).await.respond_to(req).map_into_boxed_body(),
        Err(error) => HttpResponse::from_error(error),
    })
}

/// All of a body that is no upload, and puts it back for the handler; `false` where nothing is to be read, or the handler
/// refuses what it would be. A body that nobody will read is a mistake of the caller's; an empty object says as much as none.
async fn read_body(endpoint: &Endpoint, req: &HttpRequest, payload: &mut Payload) -> Result<bool, Problem> {
    let is_json = endpoint.info.has_json_body;
    let is_expected =
        if is_json { body::is_json(req.headers()) } else { idempotency::honoured(req.method()) };
    if endpoint.info.is_upload || !is_expected {
        return Ok(false);
    }
    let declared = body::content_length(req.headers());
    let bytes = body::read(payload, declared, endpoint.limits(req)?.body_bytes).await?;
    let text = bytes.trim_ascii();
    if !is_json && !text.is_empty() && text != b"{}" {
        return Err(Problem::new(MALFORMED, "This operation takes no body; leave it out."));
    }
    *payload = Payload::from(bytes);
    Ok(true)
}

fn allow(req: &HttpRequest, allowance: Allowance) -> Result<(), Problem> {
    req.extensions_mut().insert(allowance);
    allowance.check()
}

async fn authenticate(server: &Server, req: &HttpRequest, visitor: &Visitor) -> Result<Principal, Failure> {
    let refused = || allow(req, server.limits().refused(visitor));
    let Some(credential) = bearer(req) else {
        refused()?;
        let detail = "Send a credential: `Authorization: Bearer <access token or API key>`.";
        return Err(Problem::new(UNAUTHENTICATED, detail).into());
    };
    // To look up what is no credential costs a read: who has tried too many comes through only with one that was good.
    let known = server.known_credentials();
    if !known.contains(credential) {
        allow(req, server.limits().may_be_refused(visitor))?;
    }
    let Some(mut principal) = server.identity().authenticate(visitor, credential).await? else {
        known.remove(credential);
        refused()?;
        let problem = Problem::new(UNAUTHENTICATED, "The credential is unknown, expired or revoked.");
        let challenge = HeaderValue::from_static("Bearer realm=\"insula\", error=\"invalid_token\"");
        return Err(Failure::from(problem).with_header(WWW_AUTHENTICATE, challenge));
    };
    known.insert(credential);
    // Who operates the installation is on no plan.
    if let Some(provider) = server.entitlements()
        && principal.tenant != PLATFORM
    {
        principal.entitlements = provider.entitlements(visitor, principal.tenant).await?;
    }
    Ok(principal)
}

fn bearer(req: &HttpRequest) -> Option<&str> {
    let text = req.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credential) = text.split_once(' ')?;
    let credential = credential.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !credential.is_empty()).then_some(credential)
}

fn refuse(failure: Failure) -> HttpResponse<BoxBody> {
    HttpResponse::from_error(failure)
}

pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Problem {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    Problem::internal(format!("panicked: {text}"))
}
