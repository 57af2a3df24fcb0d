//! One running process: the HTTP server on actix's workers, the jobs on a runtime of their own, and the order in which
//! they start and stop.

use super::modules::modules;
use super::monitoring::Checks;
use super::platform::{self, Foundation, http_workers};
use super::{StartError, docs};
use crate::config::{self, Config, Role, Sources};
use crate::{telemetry, tls};
use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};
use data::Databases;
use jobs::Schedule;
use kernel::Clock;
use kernel::contract::ContractServer;
use kernel::ctx::{EntitlementProvider, IdentityProvider};
use module::{Module, Pages};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use web::{Network, Parts, Server, Settings, TrustedHeader};

const GAUGE_INTERVAL: Duration = Duration::from_secs(5);
const FINISHED_KERNEL_ROWS_INTERVAL: Duration = Duration::from_secs(600);

pub struct Node {
    pub address: SocketAddr,
    /// Its health and figures, where they have an address of their own.
    pub monitoring: Option<SocketAddr>,
    servers: Vec<ServerHandle>,
    checks: Checks,
    jobs: Option<jobs::Runtime>,
    /// Held for its threads.
    _background: Background,
    drain: Duration,
    shutdown_timeout: Duration,
    /// Lets go of the local blob folder when the node ends.
    _blobs_claim: Option<blobs::Claim>,
}

impl Node {
    /// Listens when it returns.
    pub async fn start(config: Config, clock: Clock) -> Result<Self, StartError> {
        // A second start in one process finds it installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let metrics = telemetry::recorder().map_err(|error| {
            StartError::new("the metrics cannot be recorded", "start one node per process").because(error)
        })?;
        if config.database.migrate_at_start {
            platform::migrate(&config).await?;
        }
        let background = Background::new()?;
        // Before the keys are read, so that none is replaced in between.
        let claim = platform::claim_blobs(&config)?;
        let foundation = Foundation::lay(&config, clock.clone()).await?;
        let modules = modules(&config, &foundation)?;
        let checks = Checks::new(&foundation, metrics);
        let mut wired = Wired::of(modules)?;
        spawn_upkeep(&background, &foundation, &checks);

        let server = wired.server(&config, &foundation)?;
        if let Some(redis) = foundation.cache.redis().cloned() {
            background.spawn(server.clone().settle_limits(redis, config.redis.namespace.clone()));
        }
        let mut servers = Vec::new();
        let mut monitoring = None;
        let inside = inside(&config, &checks, &server, &wired.contracts);
        if let Some(address) = config.operators.address {
            let (handle, bound) = listen(&config, address, inside.clone())?;
            servers.push(handle);
            monitoring = Some(bound);
        }
        let health = if monitoring.is_some() { outside(&checks) } else { inside };
        let (handle, address) = if config.node.role == Role::Worker {
            listen(&config, config.http.address, health)?
        } else {
            serve(&config, server, wired.pages.clone(), health)?
        };
        servers.push(handle);
        let jobs = match config.node.role {
            Role::Api => None,
            Role::All | Role::Worker => Some(start_jobs(&config, &background, wired, clock).await?),
        };
        Ok(Self {
            address,
            monitoring,
            servers,
            checks,
            jobs,
            _background: background,
            drain: Duration::from_millis(config.http.drain_ms),
            shutdown_timeout: Duration::from_millis(config.http.shutdown_timeout_ms),
            _blobs_claim: claim,
        })
    }

    /// Says that it is not ready and waits until balancers have seen it; then finishes what is being answered, then
    /// what is being worked on. Who watches over it is answered until the end.
    pub async fn stop(mut self) {
        self.checks.stopping();
        tokio::time::sleep(self.drain).await;
        let monitoring = self.monitoring.is_some().then(|| self.servers.remove(0));
        futures::future::join_all(self.servers.iter().map(|server| server.stop(true))).await;
        if let Some(jobs) = self.jobs.take() {
            jobs.shutdown(self.shutdown_timeout).await;
        }
        if let Some(monitoring) = monitoring {
            monitoring.stop(true).await;
        }
    }
}

/// The runtime of the jobs and the upkeep. tokio's own panics when it is dropped among async code, as every failed
/// start would; this one lets its threads go.
struct Background(Option<Runtime>);

impl Background {
    fn new() -> Result<Self, StartError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("jobs")
            .enable_all()
            .build()
            .map_err(|error| {
                StartError::new("no threads for jobs", "look at the process's limits").because(error)
            })?;
        Ok(Self(Some(runtime)))
    }

    fn spawn<F: Future<Output: Send + 'static> + Send + 'static>(
        &self,
        work: F,
    ) -> Option<JoinHandle<F::Output>> {
        self.0.as_ref().map(|runtime| runtime.spawn(work))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// A folder that goes when its user is done, or fails.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The document of a node with every domain, made on empty databases of its own.
pub async fn document() -> Result<String, StartError> {
    let unmade = |cause: Box<dyn std::error::Error + Send + Sync>| {
        StartError::new("the document cannot be made", "see the cause").because(cause)
    };
    let folder = Scratch(std::env::temp_dir().join(format!("insula-openapi-{}", uuid::Uuid::new_v4())));
    let mut sources = Sources::default();
    sources.set("data.folder", folder.0.display().to_string(), "insula openapi");
    let config = config::load(&sources).map_err(|faults| unmade(faults.into()))?.config;
    let foundation = Foundation::lay(&config, Clock::system()).await?;
    let server = Wired::of(modules(&config, &foundation)?)?.server(&config, &foundation)?;
    server.openapi().to_pretty_json().map_err(|error| unmade(error.into()))
}

/// What the modules brought, sorted by who takes it.
struct Wired {
    apis: Vec<web::Api>,
    pages: Vec<Pages>,
    contracts: Vec<Arc<dyn ContractServer>>,
    domains: Vec<(Databases, Vec<jobs::Handler>, Vec<Schedule>)>,
    identity: Arc<dyn IdentityProvider>,
    entitlements: Option<Arc<dyn EntitlementProvider>>,
}

impl Wired {
    fn of(modules: Vec<Module>) -> Result<Self, StartError> {
        let mut identity = None;
        let mut entitlements = None;
        let (mut apis, mut pages, mut contracts) = (Vec::new(), Vec::new(), Vec::new());
        let mut domains = Vec::new();
        for module in modules {
            identity = identity.or(module.identity);
            entitlements = entitlements.or(module.entitlements);
            apis.push(module.api);
            apis.extend(module.platform_api);
            pages.extend(module.pages);
            contracts.extend(module.contract.map(|contract| contract.server));
            domains.push((module.databases, module.handlers, module.schedules));
        }
        let identity = identity.ok_or_else(|| {
            StartError::new("no module says who is asking", "set Module.identity in the users domain")
        })?;
        Ok(Self { apis, pages, contracts, domains, identity, entitlements })
    }

    fn server(&mut self, config: &Config, foundation: &Foundation) -> Result<Server, StartError> {
        let parts = Parts {
            settings: web_settings(config),
            clock: foundation.clock.clone(),
            secrets: foundation.secrets.clone(),
            identity: self.identity.clone(),
            entitlements: self.entitlements.clone(),
            apis: std::mem::take(&mut self.apis),
            info: docs::info(),
        };
        Server::new(parts).map_err(|faults| {
            StartError::new(
                format!("the API is declared wrongly:\n  {}", faults.join("\n  ")),
                "mend the operations named",
            )
        })
    }
}

fn web_settings(config: &Config) -> Settings {
    let per_minute = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
    let http = &config.http;
    let sampled = config.telemetry.otlp_endpoint.as_ref().map(|_| config.telemetry.sampled_per_thousand);
    Settings {
        request_timeout_ms: http.request_timeout_ms,
        max_body_bytes: http.body_limit_bytes,
        max_json_depth: http.json_depth_limit,
        max_url_bytes: http.url_limit_bytes,
        max_header_bytes: http.header_limit_bytes,
        body_timeout_ms: http.body_timeout_ms,
        trusted_proxies: proxies(config),
        trusted_header: match http.trusted_header {
            config::TrustedHeader::XForwardedFor => TrustedHeader::XForwardedFor,
            config::TrustedHeader::Forwarded => TrustedHeader::Forwarded,
        },
        cors_origins: http.cors_origins.iter().map(|origin| origin.as_str().to_owned()).collect(),
        strict_transport: config.public_url().starts_with("https://"),
        traces_sampled_per_thousand: sampled.unwrap_or(0),
        credential_requests_per_minute: per_minute(config.limits.requests_per_minute_per_credential),
        tenant_requests_per_minute: per_minute(config.limits.requests_per_minute_per_tenant),
        public_requests_per_minute: per_minute(config.limits.public_per_minute_per_address),
        tries_per_minute_per_account: per_minute(config.limits.tries_per_minute_per_account),
        refused_credentials_per_minute: per_minute(config.limits.refused_per_minute_per_address),
    }
}

/// The configuration has checked them already.
fn proxies(config: &Config) -> Vec<Network> {
    config.http.trusted_proxies.iter().filter_map(|network| network.to_string().parse().ok()).collect()
}

type Routes = Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>;

/// What is for who watches over the node, and for the installation's other processes.
fn inside(
    config: &Config,
    checks: &Checks,
    server: &Server,
    contracts: &[Arc<dyn ContractServer>],
) -> Routes {
    let (checks, server) = (checks.clone(), server.clone());
    let contracts = config.node.serve_contracts.then(|| contracts.to_vec());
    Arc::new(move |routes| {
        checks.full(routes);
        if let Some(contracts) = &contracts {
            web::remote::configure(routes, &server, contracts.clone());
        }
    })
}

/// What is left of it on the main address when it has one of its own.
fn outside(checks: &Checks) -> Routes {
    let checks = checks.clone();
    Arc::new(move |routes| checks.brief(routes))
}

/// Both servers have the same limits; their types differ by what wraps them.
macro_rules! run {
    ($config:ident, $server:expr, $address:expr, $workers:expr, $tls:expr) => {{
        let address = $address;
        let silence = Duration::from_millis($config.http.keep_alive_ms);
        let head = Duration::from_millis($config.http.header_timeout_ms);
        let server = $server
            .workers($workers)
            .keep_alive(silence)
            .client_request_timeout(head)
            .on_connect(web::watch_connections(silence + head))
            .shutdown_timeout($config.http.shutdown_timeout_ms.div_ceil(1_000))
            // A compressed body would otherwise wait 40 ms for Nagle and the delayed acknowledgement.
            .tcp_nodelay(true)
            .disable_signals();
        let bound = match $tls {
            None => server.bind(address),
            Some(tls) => server.bind_rustls_0_23(address, tls),
        };
        let server = bound.map_err(|error| {
            let what = format!("cannot listen on {address}");
            StartError::new(what, "stop what listens there, or choose another http.address").because(error)
        })?;
        let bound = server.addrs().first().copied().unwrap_or(address);
        let running = server.run();
        let handle = running.handle();
        actix_web::rt::spawn(running);
        Ok((handle, bound))
    }};
}

/// The API, the pages beside it and the node's health, behind the edge. What is compressed is decided below it
/// (`web::Rendered`), and what the edge itself answers stays as it is.
fn serve(
    config: &Config,
    server: Server,
    pages: Vec<Pages>,
    health: Routes,
) -> Result<(ServerHandle, SocketAddr), StartError> {
    let edge = server.clone();
    let routes: Routes = Arc::new(move |routes| {
        health(routes);
        docs::routes(routes);
        pages.iter().for_each(|page| page(routes));
        server.configure(routes);
    });
    let app =
        move || App::new().configure(|config| routes(config)).wrap(Compress::default()).wrap(edge.edge());
    run!(config, HttpServer::new(app), config.http.address, http_workers(config), tls(config)?)
}

/// The node's health and figures, and nothing else.
fn listen(
    config: &Config,
    address: SocketAddr,
    routes: Routes,
) -> Result<(ServerHandle, SocketAddr), StartError> {
    let app = move || App::new().configure(|config| routes(config)).wrap(from_fn(web::mark_under_way));
    run!(config, HttpServer::new(app), address, 1, None)
}

/// The configuration has read the files already.
fn tls(config: &Config) -> Result<Option<rustls::ServerConfig>, StartError> {
    let (Some(certificate), Some(key)) = (&config.http.tls_certificate_file, &config.http.tls_key_file)
    else {
        return Ok(None);
    };
    tls::server(certificate, key)
        .map(Some)
        .map_err(|error| StartError::new("TLS cannot be served", "see `insula config check`").because(error))
}

/// Signals between nodes, gauges, and the kernel's rows that nobody needs any more.
fn spawn_upkeep(background: &Background, foundation: &Foundation, checks: &Checks) {
    for (engine, signals) in foundation.servers() {
        background.spawn(async move { signals.run(&engine).await });
    }
    let checks = checks.clone();
    background.spawn(async move {
        loop {
            tokio::time::sleep(GAUGE_INTERVAL).await;
            checks.measure();
        }
    });
    let all: Vec<Databases> = foundation.databases().cloned().collect();
    background.spawn(async move {
        loop {
            for databases in &all {
                if let Err(error) = databases.prune().await {
                    tracing::warn!(domain = databases.domain(), %error, "expired keys were not removed");
                }
                if let Err(error) = databases.optimize().await {
                    tracing::warn!(domain = databases.domain(), %error, "SQLite's planner was not told");
                }
            }
            tokio::time::sleep(FINISHED_KERNEL_ROWS_INTERVAL).await;
        }
    });
}

async fn start_jobs(
    config: &Config,
    background: &Background,
    wired: Wired,
    clock: Clock,
) -> Result<jobs::Runtime, StartError> {
    // A subscriber runs wherever its publisher's messages lie, so a node without its domain has it all the same.
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        wired.domains.into_iter().partition(|(databases, ..)| config.serves(databases.domain()));
    let subscribers = elsewhere.into_iter().flat_map(|(_, handlers, _)| handlers);
    let domains = here.into_iter().map(|(databases, handlers, schedules)| jobs::Domain {
        databases,
        handlers,
        schedules,
    });
    let setup = jobs::Setup {
        domains: domains.collect(),
        remote: subscribers.filter(|handler| handler.subscription().is_some()).collect(),
        settings: jobs::Settings {
            concurrency: config.jobs.concurrency,
            sweep: Duration::from_millis(config.jobs.sweep_interval_ms),
            lease: Duration::from_millis(config.jobs.lease_ms),
            keep_finished: Duration::from_secs(u64::from(config.jobs.finished_retention_hours) * 3_600),
            node: config.node.name.clone().unwrap_or_else(|| format!("node-{}", std::process::id())),
            ..jobs::Settings::default()
        },
        identity: wired.identity,
        entitlements: wired.entitlements,
        clock,
    };
    let failed = |cause: Box<dyn std::error::Error + Send + Sync>| {
        StartError::new("the jobs cannot start", "this is a fault of the build: see the cause").because(cause)
    };
    let Some(starting) = background.spawn(async move { jobs::Runtime::start(setup) }) else {
        return Err(failed("the background runtime is gone".into()));
    };
    starting.await.map_err(|error| failed(error.into()))?.map_err(|error| failed(error.into()))
}
