//! What whoever watches over a node asks of it: is it alive, is it ready, what are its figures. On an address of its own
//! when one is configured, as `[operators]`.

use super::platform::Foundation;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, http::header};
use blobs::Blobs;
use cache::Cache;
use data::Databases;
use futures::future::join_all;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// A check that takes longer than this has failed.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);
const CHECK_LIFETIME: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub struct Checks(Arc<Inner>);

struct Inner {
    databases: Vec<Databases>,
    blobs: Blobs,
    cache: Cache,
    metrics: PrometheusHandle,
    stopping: AtomicBool,
    /// What was found last, and when.
    known: Mutex<Option<(Instant, BTreeMap<String, Check>)>>,
}

#[derive(Serialize)]
struct Readiness {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<BTreeMap<String, Check>>,
}

#[derive(Clone, Serialize)]
struct Check {
    ok: bool,
    /// Whether the node is not ready without it.
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Checks {
    pub fn new(foundation: &Foundation, metrics: PrometheusHandle) -> Self {
        Self(Arc::new(Inner {
            databases: foundation.databases().cloned().collect(),
            blobs: foundation.blobs.clone(),
            cache: foundation.cache.clone(),
            metrics,
            stopping: AtomicBool::new(false),
            known: Mutex::default(),
        }))
    }

    /// From now on the node says that it is not ready, so that no new work is sent to it.
    pub fn stopping(&self) {
        self.0.stopping.store(true, Ordering::SeqCst);
    }

    /// For everybody: whether, but not why.
    pub fn brief(&self, config: &mut ServiceConfig) {
        config
            .app_data(Data::new(self.clone()))
            .route("/health/live", web::get().to(live))
            .route("/health/ready", web::get().to(async |checks: Data<Self>| checks.ready(false).await));
    }

    /// For who watches over it: everything.
    pub fn full(&self, config: &mut ServiceConfig) {
        config
            .app_data(Data::new(self.clone()))
            .route("/health/live", web::get().to(live))
            .route("/health/ready", web::get().to(async |checks: Data<Self>| checks.ready(true).await))
            .route("/metrics", web::get().to(async |checks: Data<Self>| checks.figures()));
    }

    async fn ready(&self, details: bool) -> HttpResponse {
        let checks = self.all().await;
        let stopping = self.0.stopping.load(Ordering::SeqCst);
        let ready = !stopping && checks.values().all(|check| check.ok || !check.required);
        let status = match (ready, stopping) {
            (true, _) => "ready",
            (false, true) => "stopping",
            (false, false) => "unavailable",
        };
        let mut response = if ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
        if !ready {
            response.insert_header((header::RETRY_AFTER, "1"));
        }
        response
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(Readiness { status, checks: details.then_some(checks) })
    }

    /// All at once, and at most once a second: anybody may ask.
    async fn all(&self) -> BTreeMap<String, Check> {
        let mut known = self.0.known.lock().await;
        if let Some((at, checks)) = &*known
            && at.elapsed() < CHECK_LIFETIME
        {
            return checks.clone();
        }
        let databases = self.0.databases.iter().map(async |databases| {
            let name = format!("database.{}", databases.domain());
            (name, check(true, databases.ping()).await)
        });
        let blobs = async { ("blobs".to_owned(), check(false, self.0.blobs.check()).await) };
        let redis = async {
            self.0.cache.redis()?;
            Some(("redis".to_owned(), check(false, self.0.cache.check()).await))
        };
        let (databases, blobs, redis) = tokio::join!(join_all(databases), blobs, redis);
        let checks: BTreeMap<_, _> = databases.into_iter().chain([blobs]).chain(redis).collect();
        *known = Some((Instant::now(), checks.clone()));
        checks
    }

    fn figures(&self) -> HttpResponse {
        self.measure();
        HttpResponse::Ok()
            .content_type("text/plain; version=0.0.4")
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(self.0.metrics.render())
    }

    /// Gauges that are read rather than counted.
    pub fn measure(&self) {
        for databases in &self.0.databases {
            let usage = databases.usage();
            let states = [("active", usage.active), ("idle", usage.idle), ("waiting", usage.waiting)];
            for (state, count) in states {
                let gauge =
                    metrics::gauge!("db_connections", "domain" => databases.domain(), "state" => state);
                gauge.set(u32::try_from(count).unwrap_or(u32::MAX));
            }
        }
        self.0.metrics.run_upkeep();
    }
}

async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(Readiness { status: "alive", checks: None })
}

async fn check<E: std::error::Error>(required: bool, asked: impl Future<Output = Result<(), E>>) -> Check {
    let error = match tokio::time::timeout(CHECK_TIMEOUT, asked).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            Some(format!("{error}{cause}"))
        }
        Err(_) => Some(format!("no answer within {CHECK_TIMEOUT:?}")),
    };
    Check { ok: error.is_none(), required, error }
}
