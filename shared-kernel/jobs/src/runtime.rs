//! The worker process: one apalis worker for each domain's database, under one monitor, with the tasks that keep
//! leases alive, write outcomes and look after the tables.

use crate::backend::{Aborting, MessageBackend};
use crate::callers::Callers;
use crate::dispatch::Core;
use crate::feeder::{Envelope, stopped};
use crate::given_up;
use crate::handler::{Handler, Registry};
use crate::held::Leases;
use crate::schedule::{Prepared, Schedule};
use crate::settle::{BackOff, renew, settle};
use crate::store::{Store, span};
use apalis::layers::WorkerBuilderExt;
use apalis::layers::catch_panic::{CatchPanicLayer, PanicError};
use apalis_core::monitor::Monitor;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::ext::parallelize::ParallelizeLayer;
use data::Databases;
use kernel::Clock;
use kernel::ctx::{EntitlementProvider, IdentityProvider};
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, mpsc, oneshot, watch};

/// What one domain brings to the workers.
pub struct Domain {
    pub databases: Databases,
    pub handlers: Vec<Handler>,
    pub schedules: Vec<Schedule>,
}

#[derive(Clone, Debug)]
pub struct Settings {
    /// How many messages of one domain's table run at once.
    pub concurrency: usize,
    /// How long at most until a lost wake-up is mended.
    pub sweep: Duration,
    /// How long a silent worker keeps its messages.
    pub lease: Duration,
    /// For handlers that name none of their own.
    pub timeout: Duration,
    /// The span of the first back-off; it doubles up to `back_off_cap`.
    pub back_off: Duration,
    pub back_off_cap: Duration,
    /// How long finished rows are kept.
    pub keep_finished: Duration,
    /// For people who read a lease's owner.
    pub node: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            concurrency: 16,
            sweep: Duration::from_secs(15),
            lease: Duration::from_secs(30),
            timeout: Duration::from_secs(5 * 60),
            back_off: Duration::from_secs(5),
            back_off_cap: Duration::from_secs(15 * 60),
            keep_finished: Duration::from_secs(7 * 24 * 60 * 60),
            node: "node".to_owned(),
        }
    }
}

impl Settings {
    pub(crate) fn slots(&self) -> u32 {
        u32::try_from(self.concurrency.clamp(1, 10_000)).unwrap_or(1)
    }
}

pub struct Setup {
    /// Those whose tables this node works on.
    pub domains: Vec<Domain>,
    /// Subscribers of other domains that this node reaches in another process; see [`forward`](crate::forward).
    pub remote: Vec<Handler>,
    pub settings: Settings,
    pub identity: Arc<dyn IdentityProvider>,
    pub entitlements: Option<Arc<dyn EntitlementProvider>>,
    pub clock: Clock,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("two handlers are named {0}")]
    DuplicateHandler(&'static str),
    #[error("the handler {handler} begins with another domain's name than {domain}, which hands it in")]
    ForeignHandler { handler: &'static str, domain: &'static str },
    #[error("a schedule of {domain} asks for {kind}, which has no handler")]
    NoHandler { domain: &'static str, kind: &'static str },
    #[error("{handler} names {kind} for when it is given up, which {why}")]
    GivenUp { handler: &'static str, kind: &'static str, why: &'static str },
    #[error("{0}")]
    Schedule(String),
}

/// Dropped, it stops without waiting; [`shutdown`](Runtime::shutdown) waits.
pub struct Runtime {
    signal: oneshot::Sender<Duration>,
    monitor: tokio::task::JoinHandle<()>,
    parts: Vec<Part>,
}

/// The tasks beside one worker.
struct Part {
    core: Arc<Core>,
    settling: tokio::task::JoinHandle<()>,
    _renewing: Aborting<()>,
    _caring: Aborting<()>,
}

impl Runtime {
    /// Needs a tokio runtime around it. Starts nothing when something in `setup` is wrong.
    pub fn start(setup: Setup) -> Result<Self, StartError> {
        let (registry, domains) = prepare(setup.domains, setup.remote)?;
        let longest = registry.longest_timeout().unwrap_or_default().max(setup.settings.timeout);
        let registry = Arc::new(registry);
        let (signal, signalled) = oneshot::channel::<Duration>();
        let (graceful, grace) = oneshot::channel::<Duration>();
        let mut monitor = Monitor::new()
            .with_terminator(async move {
                if let Ok(grace) = grace.await {
                    tokio::time::sleep(grace).await;
                }
            })
            .should_restart(|worker, error| {
                tracing::error!(worker = worker.name(), %error, "a worker ended and is started again");
                !worker.is_shutting_down()
            });
        let callers = Arc::new(Callers { identity: setup.identity, entitlements: setup.entitlements });
        let mut parts = Vec::new();
        for (databases, schedules) in domains {
            let store = Arc::new(Store::new(
                databases.clone(),
                format!("{}/{}", setup.settings.node, uuid::Uuid::new_v4()),
                setup.settings.lease,
                registry.clone(),
                setup.clock.clone(),
            ));
            let (outcomes, reported) = mpsc::unbounded_channel();
            let core = Arc::new(Core {
                store: store.clone(),
                registry: registry.clone(),
                settings: setup.settings.clone(),
                callers: callers.clone(),
                clock: setup.clock.clone(),
                slots: Arc::new(Semaphore::new(setup.settings.slots() as usize)),
                leases: Arc::new(Leases::default()),
                outcomes,
                wake: databases.wake(),
                nudge: Arc::new(Notify::new()),
                stop: watch::Sender::new(false),
                schedules: Arc::new(schedules),
            });
            monitor = register(monitor, core.clone(), longest);
            let (leases, nudge, clock) = (core.leases.clone(), core.nudge.clone(), setup.clock.clone());
            let back_off = BackOff { first: setup.settings.back_off, cap: setup.settings.back_off_cap };
            parts.push(Part {
                settling: tokio::spawn(settle(
                    reported,
                    store.clone(),
                    leases.clone(),
                    back_off,
                    clock,
                    nudge,
                )),
                _renewing: Aborting::spawn(renew(store, leases, setup.settings.lease)),
                _caring: Aborting::spawn(care(core.clone())),
                core,
            });
        }
        let stops: Vec<_> = parts.iter().map(|part| part.core.stop.clone()).collect();
        let signal_came = async move {
            let grace = signalled.await.unwrap_or_default();
            stops.iter().for_each(|stop| {
                stop.send_replace(true);
            });
            let _ = graceful.send(grace);
            Ok(())
        };
        let monitor = tokio::spawn(async move {
            if let Err(error) = monitor.run_with_signal(signal_came).await {
                tracing::error!(%error, "the workers ended");
            }
        });
        Ok(Self { signal, monitor, parts })
    }

    /// Takes nothing new, lets what runs finish within `grace` while its leases are kept alive, gives back the rest.
    pub async fn shutdown(self, grace: Duration) {
        const TO_WRITE: Duration = Duration::from_secs(5);
        let _ = self.signal.send(grace);
        let _ = self.monitor.await;
        for part in self.parts {
            let Part { core, settling, _renewing, _caring } = part;
            // The last ticket's sender ends the settling; the care holds a core too.
            drop((core, _caring));
            if tokio::time::timeout(TO_WRITE, settling).await.is_err() {
                tracing::warn!("not all outcomes could be written; their leases will run out");
            }
        }
    }
}

type Prepareds = Vec<(Databases, Vec<Prepared>)>;

fn prepare(domains: Vec<Domain>, remote: Vec<Handler>) -> Result<(Registry, Prepareds), StartError> {
    let mut registry = Registry::default();
    let mut prepared = Vec::new();
    let mut schedules_of = Vec::new();
    for domain in domains {
        let name = domain.databases.domain();
        for handler in domain.handlers {
            if handler.domain() != name {
                return Err(StartError::ForeignHandler { handler: handler.name(), domain: name });
            }
            registry.add(handler).map_err(StartError::DuplicateHandler)?;
        }
        schedules_of.push((domain.databases, domain.schedules));
    }
    for handler in remote {
        registry.add(handler).map_err(StartError::DuplicateHandler)?;
    }
    given_up::check(&registry)?;
    for (databases, schedules) in schedules_of {
        let domain = databases.domain();
        let mut ready = Vec::new();
        for schedule in schedules {
            if registry.find(schedule.kind()).is_none() {
                return Err(StartError::NoHandler { domain, kind: schedule.kind() });
            }
            ready.push(schedule.prepare(domain).map_err(StartError::Schedule)?);
        }
        prepared.push((databases, ready));
    }
    Ok((registry, prepared))
}

/// From the outside in: report the outcome, run on any thread, at most so many, catch a panic, end what takes too long.
fn register(monitor: Monitor, core: Arc<Core>, longest: Duration) -> Monitor {
    monitor.register(move |_| {
        let core = core.clone();
        let backend = MessageBackend::new(core.clone());
        WorkerBuilder::new(format!("{}@{}", core.store.domain(), core.store.owner()))
            .backend(backend)
            .layer(ParallelizeLayer::new(Aborting::spawn))
            .concurrency(core.settings.slots() as usize)
            .layer(CatchPanicLayer::with_panic_handler(panicked))
            .timeout(longest + Duration::from_secs(1))
            .build(move |envelope: Envelope| {
                let core = core.clone();
                async move { core.run(envelope.held).await }
            })
    })
}

fn panicked(payload: &Box<dyn Any + Send>) -> PanicError {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no text");
    PanicError(text.to_owned())
}

const PRUNE_EVERY: Duration = Duration::from_secs(10 * 60);
const PRUNE_BATCH: i64 = 1_000;

/// Measures the backlog at each sweep and removes what was finished long ago.
async fn care(core: Arc<Core>) {
    let mut stop = core.stop.subscribe();
    let mut prune_at = None;
    loop {
        let now = core.clock.now();
        if let Err(error) = measure(&core).await {
            tracing::debug!(domain = core.store.domain(), %error, "the backlog was not measured");
        }
        if prune_at.is_none_or(|at| at <= now) {
            prune_at = Some(now + span(PRUNE_EVERY));
            prune(&core).await;
        }
        tokio::select! {
            () = stopped(&mut stop) => return,
            () = tokio::time::sleep(core.settings.sweep) => {}
        }
    }
}

async fn measure(core: &Core) -> Result<(), data::Error> {
    let (pending, oldest) = core.store.backlog().await?;
    let waited = oldest.map_or(0, |oldest| (core.clock.now() - oldest).num_milliseconds().max(0));
    let domain = core.store.domain();
    metrics::gauge!("jobs_pending", "domain" => domain).set(pending as f64);
    metrics::gauge!("jobs_oldest_due_seconds", "domain" => domain).set(waited as f64 / 1_000.0);
    Ok(())
}

async fn prune(core: &Core) {
    let before = core.clock.now() - span(core.settings.keep_finished);
    loop {
        match core.store.prune(before, PRUNE_BATCH).await {
            Ok(removed) if removed >= PRUNE_BATCH as u64 => tokio::task::yield_now().await,
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(domain = core.store.domain(), %error, "finished messages were not removed");
                return;
            }
        }
    }
}
