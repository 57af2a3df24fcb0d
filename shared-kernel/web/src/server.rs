//! All domains' APIs as one server: what every request needs, and the routes.

use crate::answer::Rendered;
use crate::api::{Api, PREFIX, not_allowed};
use crate::cors::cors;
use crate::edge::Edge;
use crate::forwarded::TrustedHeader;
use crate::known::Known;
use crate::limits::Limits;
use crate::openapi;
use crate::operation::{OperationInfo, get};
use crate::problem_json::{Failure, nothing_here};
use crate::problems_pages;
use crate::visitor::Network;
use actix_web::http::Method;
use actix_web::web::{self as actix, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use cache::Redis;
use kernel::ctx::{EntitlementProvider, IdentityProvider};
use kernel::problem::KERNEL_KINDS;
use kernel::{Clock, Permission, Problem, ProblemKind};
use secrets::Secrets;
use std::num::NonZeroU32;
use std::sync::Arc;
use utoipa::openapi::{Info, OpenApi};

#[derive(Clone, Debug)]
pub struct Settings {
    pub request_timeout_ms: u64,
    pub max_body_bytes: usize,
    pub max_json_depth: usize,
    pub max_url_bytes: usize,
    /// Of all header fields together.
    pub max_header_bytes: usize,
    /// A body that keeps coming has a little longer.
    pub body_timeout_ms: u64,
    /// Peers that are believed when they say for whom they forward, and where they say it.
    pub trusted_proxies: Vec<Network>,
    pub trusted_header: TrustedHeader,
    /// Whose pages may call the API: origins, or `*` alone.
    pub cors_origins: Vec<String>,
    /// People reach this server by TLS, so browsers are told to use nothing else.
    pub strict_transport: bool,
    /// Of the traces that begin here, so many are marked to be collected.
    pub traces_sampled_per_thousand: u32,
    pub credential_requests_per_minute: NonZeroU32,
    pub tenant_requests_per_minute: NonZeroU32,
    /// Per address, for all public operations together.
    pub public_requests_per_minute: NonZeroU32,
    /// For sign-ins and the like, per account.
    pub tries_per_minute_per_account: NonZeroU32,
    /// Per address, before 401 becomes 429.
    pub refused_credentials_per_minute: NonZeroU32,
}

impl Settings {
    /// Of a server that only a test starts; a node has those of its configuration.
    pub fn for_tests() -> Self {
        let per_minute = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        Self {
            request_timeout_ms: 30_000,
            max_body_bytes: 1 << 20,
            max_json_depth: 32,
            max_url_bytes: 8_192,
            max_header_bytes: 16_384,
            body_timeout_ms: 15_000,
            trusted_proxies: Vec::new(),
            trusted_header: TrustedHeader::default(),
            cors_origins: Vec::new(),
            strict_transport: false,
            traces_sampled_per_thousand: 0,
            credential_requests_per_minute: per_minute(1_200),
            tenant_requests_per_minute: per_minute(6_000),
            public_requests_per_minute: per_minute(60),
            tries_per_minute_per_account: per_minute(60),
            refused_credentials_per_minute: per_minute(60),
        }
    }
}

/// What the app hands over.
pub struct Parts {
    pub settings: Settings,
    pub clock: Clock,
    pub secrets: Secrets,
    pub identity: Arc<dyn IdentityProvider>,
    pub entitlements: Option<Arc<dyn EntitlementProvider>>,
    pub apis: Vec<Api>,
    pub info: Info,
}

#[derive(Clone)]
pub struct Server(Arc<Inner>);

struct Inner {
    settings: Settings,
    clock: Clock,
    secrets: Secrets,
    identity: Arc<dyn IdentityProvider>,
    entitlements: Option<Arc<dyn EntitlementProvider>>,
    apis: Vec<Api>,
    limits: Limits,
    known_credentials: Known,
    document: OpenApi,
    document_json: Bytes,
    document_tag: String,
}

impl Server {
    /// All faults of all declarations, at once.
    pub fn new(parts: Parts) -> Result<Self, Vec<String>> {
        let Parts { settings, clock, secrets, identity, entitlements, apis, info } = parts;
        let document = openapi::merge(info, &apis)?;
        let document_json: Bytes = document.to_json().map_err(|error| vec![error.to_string()])?.into();
        let hash = secrets.keyed_hash("web.openapi", &[&document_json]);
        let document_tag = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let limits = Limits::new(&settings);
        Ok(Self(Arc::new(Inner {
            settings,
            clock,
            secrets,
            identity,
            entitlements,
            apis,
            limits,
            known_credentials: Known::new(),
            document,
            document_json,
            document_tag,
        })))
    }

    /// The routes; `App::new().configure(|config| server.configure(config)).wrap(server.edge())`.
    pub fn configure(&self, config: &mut ServiceConfig) {
        let document = self.clone();
        let read_document = move || {
            let inner = &document.0;
            let rendered = Rendered::bytes("application/json", inner.document_json.clone())
                .etag(&inner.document_tag)
                .cache_control("public, max-age=60, stale-while-revalidate=600");
            std::future::ready(rendered)
        };
        let document = actix::resource("/openapi.json")
            .route(get().to(read_document))
            .default_service(actix::to(not_allowed(&[Method::GET])));
        let scope = self.0.apis.iter().fold(actix::scope(PREFIX), |scope, api| scope.service(api.scope()));
        config
            .app_data(self.clone())
            .service(scope.service(document).wrap(cors(&self.0.settings.cors_origins)))
            .service(problems_pages::problems_pages(&self.problems()))
            .default_service(actix::to(not_found));
    }

    /// The outermost middleware, to be wrapped last.
    pub fn edge(&self) -> Edge {
        Edge::new(self.clone())
    }

    /// For as long as it is polled, the limits of all nodes with this Redis are one; without it each node limits for
    /// itself. `namespace` tells installations on one Redis apart.
    pub async fn settle_limits(self, redis: Redis, namespace: String) {
        self.0.limits.settle(&redis, &namespace, &self.0.secrets).await;
    }

    pub fn openapi(&self) -> &OpenApi {
        &self.0.document
    }

    pub fn operations(&self) -> Vec<OperationInfo> {
        self.0.apis.iter().flat_map(Api::operations).cloned().collect()
    }

    pub fn permissions(&self) -> Vec<Permission> {
        self.0.apis.iter().flat_map(Api::permissions).collect()
    }

    pub fn problems(&self) -> Vec<ProblemKind> {
        let own = self.0.apis.iter().flat_map(|api| api.problems());
        let mut all: Vec<_> = KERNEL_KINDS.iter().chain(own).copied().collect();
        all.sort_by_key(|kind| kind.code);
        all.dedup_by_key(|kind| kind.code);
        all
    }

    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn of(req: &HttpRequest) -> Result<Self, Problem> {
        let server = req.app_data::<Self>().cloned();
        server.ok_or_else(|| Problem::internal("the app was not configured by a Server"))
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    pub(crate) fn identity(&self) -> &dyn IdentityProvider {
        &*self.0.identity
    }

    pub(crate) fn entitlements(&self) -> Option<&dyn EntitlementProvider> {
        self.0.entitlements.as_deref()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn known_credentials(&self) -> &Known {
        &self.0.known_credentials
    }
}

async fn not_found() -> HttpResponse {
    HttpResponse::from_error(Failure::from(nothing_here()))
}
