//! One operation of a domain: a handler, what the document says of it, and what the guard asks of its callers.

use crate::guard;
use crate::idempotency::Replays;
use crate::openapi::{Described, Description};
use crate::server::Server;
use actix_web::dev::Handler;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage, HttpRequest, Responder, Route, guard as guards, web as actix};
use chrono::NaiveDate;
use kernel::{Permission, Problem};
use metrics::Histogram;
use std::marker::PhantomData;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use utoipa::openapi::OpenApi;

/// Names a handler that has `#[utoipa::path(…)]`, by the path it is declared under: `operation!(invoices::list)`.
#[macro_export]
macro_rules! operation {
    ($($handler:tt)+) => {{
        #[derive(::utoipa::OpenApi)]
        #[openapi(paths($($handler)+))]
        struct Document;
        $crate::Draft::new(
            stringify!($($handler)+),
            <Document as ::utoipa::OpenApi>::openapi(),
            $($handler)+,
        )
    }};
}

/// An operation that cannot be published yet: it must say who may call it.
/// ```
/// use web::{Answer, Api, Rendered};
///
/// /// Greets
/// #[utoipa::path(get, path = "/hello", responses((status = 200)))]
/// async fn hello() -> Answer {
///     Ok(Rendered::no_content())
/// }
///
/// fn publish(api: Api) -> Api {
///     api.operation(web::operation!(hello).public("a greeting says nothing"))
/// }
/// # fn main() {}
/// ```
/// Without that it is none to an `Api`:
/// ```compile_fail,E0308
/// use web::{Answer, Api, Rendered};
///
/// /// Greets
/// #[utoipa::path(get, path = "/hello", responses((status = 200)))]
/// async fn hello() -> Answer {
///     Ok(Rendered::no_content())
/// }
///
/// fn publish(api: Api) -> Api {
///     api.operation(web::operation!(hello))
/// }
/// # fn main() {}
/// ```
pub struct Draft<F, Args> {
    name: String,
    document: OpenApi,
    handler: F,
    args: PhantomData<fn() -> Args>,
}

impl<F, Args> Draft<F, Args>
where
    F: Handler<Args> + Send + Sync,
    Args: FromRequest + Described + 'static,
    F::Output: Responder + 'static,
{
    pub fn new(name: &str, document: OpenApi, handler: F) -> Self {
        let name = name.rsplit("::").next().unwrap_or(name).trim().to_owned();
        Self { name, document, handler, args: PhantomData }
    }

    /// For callers who have this permission.
    pub fn permission(self, permission: &'static Permission) -> Operation {
        self.with(Access::Permission(permission))
    }

    /// For everybody, and why.
    pub fn public(self, reason: &'static str) -> Operation {
        self.with(Access::Public(reason))
    }

    fn with(self, access: Access) -> Operation {
        let mut description = Description::default();
        Args::describe(&mut description);
        let handler = self.handler;
        let route = move |endpoint: Arc<Endpoint>| {
            let handler = handler.clone();
            let method = endpoint.method.clone();
            let route = if method == Method::GET { get() } else { Route::new().method(method) };
            route.to(move |req: HttpRequest, payload: actix::Payload| {
                guard::run(Arc::clone(&endpoint), handler.clone(), req, payload.into_inner())
            })
        };
        Operation {
            name: self.name,
            document: self.document,
            description,
            access,
            options: Options::default(),
            route: Arc::new(route),
        }
    }
}

/// HEAD is a GET whose body is not sent.
pub(crate) fn get() -> Route {
    Route::new().guard(guards::Any(guards::Get()).or(guards::Head()))
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Access {
    Permission(&'static Permission),
    Public(&'static str),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub requires_key: bool,
    pub body_limit_bytes: Option<usize>,
    /// The media types of a raw body.
    pub accepts: &'static [&'static str],
    pub timeout: Option<Duration>,
    pub deprecated: Option<(NaiveDate, NaiveDate)>,
    /// Who may ask for `include_deleted=true`.
    pub shows_deleted: Option<&'static Permission>,
}

pub(crate) type MakeRoute = Arc<dyn Fn(Arc<Endpoint>) -> Route + Send + Sync>;

/// An operation that may be published with [`Api::operation`](crate::Api::operation).
pub struct Operation {
    pub(crate) name: String,
    pub(crate) document: OpenApi,
    pub(crate) description: Description,
    pub(crate) access: Access,
    pub(crate) options: Options,
    pub(crate) route: MakeRoute,
}

impl Operation {
    /// It moves money or stock: no call without an `Idempotency-Key`.
    pub fn requires_key(mut self) -> Self {
        self.options.requires_key = true;
        self
    }

    /// The handler takes an [`Upload`](crate::Upload) of these media types. The body is not read before the handler
    /// does, so an idempotency key needs a `Content-Digest`, and is bound to it beside method, path, query and media
    /// type.
    pub fn raw_body(mut self, limit_bytes: usize, accepts: &'static [&'static str]) -> Self {
        self.options.body_limit_bytes = Some(limit_bytes);
        self.options.accepts = accepts;
        self
    }

    /// Another bound of a JSON body than the server's.
    pub fn body_limit(mut self, limit_bytes: usize) -> Self {
        self.options.body_limit_bytes = Some(limit_bytes);
        self
    }

    /// Another bound of time than the server's.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// It takes `include_deleted=true` from those who have this permission as well.
    pub fn shows_deleted(mut self, permission: &'static Permission) -> Self {
        self.options.shows_deleted = Some(permission);
        self
    }

    pub fn deprecated(mut self, since: NaiveDate, sunset: NaiveDate) -> Self {
        self.options.deprecated = Some((since, sunset));
        self
    }
}

/// What tests and documents need to know of an operation.
#[derive(Clone, Debug)]
pub struct OperationInfo {
    pub domain: &'static str,
    pub operation_id: String,
    pub method: Method,
    /// The whole template: `/api/v1/billing/invoices/{id}`.
    pub path: String,
    pub permission: Option<&'static Permission>,
    /// Why it has no permission.
    pub public_reason: Option<&'static str>,
    pub accepts_key: bool,
    pub requires_key: bool,
    pub needs_if_match: bool,
    pub has_json_body: bool,
    pub is_upload: bool,
    pub is_list: bool,
    /// Rather than for people of tenants.
    pub for_operators: bool,
}

/// An operation as it is served.
pub(crate) struct Endpoint {
    pub info: OperationInfo,
    pub method: Method,
    pub access: Access,
    pub options: Options,
    pub query_names: Vec<String>,
    /// Whether it needs one; `None` where it looks at none.
    pub if_match: Option<bool>,
    pub replays: Arc<dyn Replays>,
    /// By status, each resolved once: a look-up by labels costs more than the handler of a small request.
    pub durations: RwLock<Vec<(u16, Histogram)>>,
}

pub(crate) struct BodyLimits {
    pub body_bytes: usize,
    pub json_depth: usize,
}

impl Endpoint {
    pub(crate) fn of(req: &HttpRequest) -> Result<Arc<Self>, Problem> {
        let endpoint = req.extensions().get::<Arc<Self>>().cloned();
        endpoint.ok_or_else(|| Problem::internal("an extractor of ours outside an operation"))
    }

    pub(crate) fn operation_id(&self) -> &str {
        &self.info.operation_id
    }

    pub(crate) fn is_list(&self) -> bool {
        self.info.is_list
    }

    pub(crate) fn accepts(&self) -> &'static [&'static str] {
        self.options.accepts
    }

    pub(crate) fn limits(&self, req: &HttpRequest) -> Result<BodyLimits, Problem> {
        let server = Server::of(req)?;
        let settings = server.settings();
        Ok(BodyLimits {
            body_bytes: self.options.body_limit_bytes.unwrap_or(settings.max_body_bytes),
            json_depth: settings.max_json_depth,
        })
    }

    pub(crate) fn observe(&self, status: u16, seconds: f64) {
        {
            let known = self.durations.read().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, histogram)) = known.iter().find(|(known, _)| *known == status) {
                histogram.record(seconds);
                return;
            }
        }
        let histogram = duration_of(self.method.as_str(), &self.info.path, status);
        histogram.record(seconds);
        self.durations.write().unwrap_or_else(PoisonError::into_inner).push((status, histogram));
    }
}

pub(crate) fn duration_of(method: &str, endpoint: &str, status: u16) -> Histogram {
    metrics::histogram!(
        "http_request_duration_seconds",
        "method" => method.to_owned(),
        "endpoint" => endpoint.to_owned(),
        "status" => status.to_string(),
    )
}
