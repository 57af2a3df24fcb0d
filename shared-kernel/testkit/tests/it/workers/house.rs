//! The fixture: one domain's table, jobs and an event that do as a test says, and nodes to run them on.

use async_trait::async_trait;
use chrono::TimeDelta;
use data::{ActAs, Databases, JobOptions};
use jobs::{
    Domain, Filter, Handler, JobFailure, Ledger, MessageSummary, Runtime, Schedule, Settings, Setup, Status,
};
use kernel::ctx::{IdentityProvider, Principal};
use kernel::problem::{INVALID, UNAVAILABLE};
use kernel::{Actor, Ctx, DomainEvent, PermissionSet, Problem, TenantId, Visitor};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
pub use testkit::{Stage, Tenant, both, eventually};
use tokio::sync::Notify;

/// Long enough that no sweep comes to the aid of a test.
pub const NO_SWEEP: Duration = Duration::from_secs(3_600);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Work {
    pub name: String,
}
impl data::Job for Work {
    const KIND: &'static str = "billing.work";
    const VERSION: u16 = 2;
    const MAX_ATTEMPTS: u32 = 3;
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Happened {
    pub to: String,
    pub number: u32,
}
impl DomainEvent for Happened {
    const KIND: &'static str = "users.happened";
    const VERSION: u16 = 1;
    fn aggregate(&self) -> String {
        self.to.clone()
    }
}

/// What a handler saw and how it is to end.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<(String, Ctx)>>>);

impl Log {
    pub fn note(&self, name: &str, ctx: &Ctx) -> usize {
        let mut seen = self.0.lock().unwrap();
        seen.push((name.to_owned(), ctx.clone()));
        seen.iter().filter(|(other, _)| other == name).count()
    }

    pub fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|(name, _)| name.clone()).collect()
    }

    pub fn last_ctx(&self) -> Ctx {
        self.0.lock().unwrap().last().expect("something ran").1.clone()
    }
}

/// Whether the tenant's people may still act.
pub struct Members(pub AtomicBool);

#[async_trait]
impl IdentityProvider for Members {
    async fn authenticate(&self, _: &Visitor, _: &str) -> Result<Option<Principal>, Problem> {
        Ok(None)
    }

    async fn resume(
        &self,
        visitor: &Visitor,
        tenant: TenantId,
        actor: &Actor,
    ) -> Result<Option<Principal>, Problem> {
        let mut principal = Principal::system(tenant, "users", visitor.now());
        principal.actor = actor.clone();
        principal.permissions = ["billing.invoices.read"].into_iter().collect::<PermissionSet>();
        Ok(self.0.load(Ordering::SeqCst).then_some(principal))
    }
}

pub struct House {
    pub stage: Stage,
    pub databases: Databases,
    pub tenant: Tenant,
    pub members: Arc<Members>,
    pub log: Log,
}

impl House {
    pub async fn new(stage: Stage) -> Self {
        Self {
            databases: stage.databases("billing").await,
            tenant: stage.tenant(),
            members: Arc::new(Members(AtomicBool::new(true))),
            log: Log::default(),
            stage,
        }
    }

    pub fn settings(&self) -> Settings {
        Settings { sweep: NO_SWEEP, concurrency: 4, ..Settings::default() }
    }

    /// A worker node with a way of its own to the database.
    pub async fn node(
        &self,
        settings: Settings,
        handlers: Vec<Handler>,
        schedules: Vec<Schedule>,
    ) -> Runtime {
        let databases = self.stage.databases("billing").await;
        self.runtime(databases, settings, handlers, schedules)
    }

    pub fn start(&self, settings: Settings, handlers: Vec<Handler>) -> Runtime {
        self.runtime(self.databases.clone(), settings, handlers, Vec::new())
    }

    fn runtime(
        &self,
        databases: Databases,
        settings: Settings,
        handlers: Vec<Handler>,
        schedules: Vec<Schedule>,
    ) -> Runtime {
        let setup = Setup {
            domains: vec![Domain { databases, handlers, schedules }],
            remote: Vec::new(),
            settings,
            identity: self.members.clone(),
            entitlements: None,
            clock: self.stage.clock.clone(),
        };
        Runtime::start(setup).expect("starts")
    }

    /// A job that notes its name and then ends as `end` says for this name and run.
    pub fn work(&self, end: fn(&str, usize) -> Result<(), JobFailure>) -> Handler {
        let log = self.log.clone();
        jobs::job::<Work>(move |ctx, work| {
            let run = log.note(&work.name, &ctx);
            async move { end(&work.name, run) }
        })
    }

    /// A job that waits to be let go, and says in the log when it began, ended and was dropped.
    pub fn held_work(&self) -> (Handler, Arc<Notify>) {
        let (log, gate) = (self.log.clone(), Arc::new(Notify::new()));
        let released = gate.clone();
        let handler = jobs::job::<Work>(move |ctx, work| {
            let (log, gate) = (log.clone(), released.clone());
            async move {
                log.note(&format!("{} began", work.name), &ctx);
                let dropped = Dropped(log.clone(), ctx.clone(), format!("{} dropped", work.name));
                gate.notified().await;
                std::mem::forget(dropped);
                log.note(&format!("{} ended", work.name), &ctx);
                Ok(())
            }
        });
        (handler, gate)
    }

    pub async fn enqueue(&self, name: &str) {
        self.enqueue_as(&self.tenant, &[name], JobOptions::default()).await;
    }

    pub async fn enqueue_as(&self, tenant: &Tenant, names: &[&str], options: JobOptions) {
        let mut unit = self.databases.write(&tenant.ctx(&[])).await.expect("a unit");
        for name in names {
            unit.enqueue(&Work { name: (*name).to_owned() }, options.clone()).expect("enqueues");
        }
        unit.commit(()).await.expect("commits");
    }

    pub fn ledger(&self) -> Ledger {
        Ledger::new(self.databases.clone(), &[])
    }

    /// Newest first.
    pub async fn rows(&self) -> Vec<MessageSummary> {
        self.ledger().list(&Filter::default(), 200).await.expect("lists")
    }

    pub async fn only_row(&self) -> MessageSummary {
        let mut rows = self.rows().await;
        assert_eq!(rows.len(), 1, "{rows:?}");
        rows.remove(0)
    }

    /// Waits until the newest message has this status.
    pub async fn reaches(&self, status: Status) -> MessageSummary {
        eventually(&format!("{status:?}"), async || {
            self.rows().await.into_iter().next().filter(|row| row.status == status)
        })
        .await
    }

    /// Waits until a handler has noted this.
    pub async fn noted(&self, name: &str) {
        eventually(name, async || self.log.names().iter().any(|seen| seen == name).then_some(())).await;
    }

    /// Moves time and lets the workers look at the clock.
    pub fn pass(&self, seconds: i64) {
        self.stage.clock.advance(TimeDelta::seconds(seconds));
        self.databases.wake().notify_one();
    }

    /// Lets each back-off pass, but no running lease, until all is finished.
    pub async fn pass_retries(&self) {
        eventually("all finished", async || {
            let rows = self.rows().await;
            let now = self.stage.clock.now();
            let waits = |row: &MessageSummary| row.status == Status::Retrying && row.run_at > now;
            if rows.iter().any(waits) && rows.iter().all(|row| waits(row) || row.finished_at.is_some()) {
                self.pass(15 * 60);
            }
            rows.iter().all(|row| row.finished_at.is_some()).then_some(())
        })
        .await;
    }

    /// What no operation does: a node's death, a lost wake-up, a foreign payload.
    pub async fn meddle(&self, set: &str) {
        let system = self.databases.system("tests meddle").await.expect("the system door");
        let sql = format!("UPDATE {} SET {set}", system.table("messages"));
        assert!(system.execute(&sql, vec![self.stage.clock.now().into()]).await.expect("meddles") > 0);
        system.commit().await.expect("commits");
    }
}

pub fn options(act_as: ActAs) -> JobOptions {
    JobOptions { act_as, ..JobOptions::default() }
}

pub fn passing() -> JobFailure {
    JobFailure::from(Problem::new(UNAVAILABLE, "The bank does not answer."))
}

pub fn lasting() -> JobFailure {
    JobFailure::from(Problem::new(INVALID, "The account is closed."))
}

struct Dropped(Log, Ctx, String);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.note(&self.2, &self.1);
    }
}
