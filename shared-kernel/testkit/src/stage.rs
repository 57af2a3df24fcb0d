//! One test's own house: databases, clock, secrets, blobs and cache, taken down with it.

use crate::databases::{Backend, PostgresDatabase, sqlite_file, sqlite_files};
use crate::tenant::{self, Tenant};
use blobs::Blobs;
use cache::Cache;
use data::{Databases, Engine, PoolSettings, Setup, Signals, Subscription, Subscriptions};
use kernel::permission::PermissionRegistry;
use kernel::switch::SwitchRegistry;
use kernel::{Clock, Permission, Switch, Visitor};
use module::Platform;
use outbound::Outbound;
use secrets::{MasterKey, Secrets};
use std::collections::BTreeSet;
use std::sync::Mutex;
use tempfile::TempDir;

pub struct Stage {
    pub backend: Backend,
    pub clock: Clock,
    pub secrets: Secrets,
    pub blobs: Blobs,
    pub cache: Cache,
    pub permissions: PermissionRegistry,
    pub switches: SwitchRegistry,
    pub subscriptions: Subscriptions,
    /// As strict as the default configuration; a test that listens on this machine puts another in its place.
    pub outbound: Outbound,
    pub folder: TempDir,
    signals: Signals,
    postgres: Option<(PostgresDatabase, Engine)>,
    /// By domains whose databases were opened on that engine.
    opened: Mutex<BTreeSet<&'static str>>,
}

impl Stage {
    pub async fn new(backend: Backend) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let postgres = match &backend {
            Backend::Sqlite => {
                sqlite_files(folder.path()).await;
                None
            }
            Backend::Postgres(url) => {
                let database = PostgresDatabase::create(url).await;
                let engine = Engine::postgres(&database.url(), pool()).expect("an engine");
                Some((database, engine))
            }
        };
        Self {
            backend,
            clock: Clock::manual("2026-01-15T12:00:00Z".parse().expect("a time")),
            secrets: Secrets::new(&MasterKey::generate()),
            blobs: Blobs::local(&folder.path().join("blobs")).expect("a blob folder"),
            cache: Cache::in_process(cache::Settings::default()),
            permissions: PermissionRegistry::default(),
            switches: SwitchRegistry::default(),
            subscriptions: Subscriptions::default(),
            outbound: Outbound::new(outbound::Settings::default()),
            folder,
            signals: Signals::default(),
            postgres,
            opened: Mutex::default(),
        }
    }

    /// The URL of this test's own PostgreSQL database.
    pub fn postgres_url(&self) -> Option<String> {
        self.postgres.as_ref().map(|(database, _)| database.url())
    }

    /// Says who wants which event; once, before anything is published.
    pub fn subscribe(&self, subscriptions: Vec<Subscription>) {
        self.subscriptions.fill(subscriptions);
    }

    /// Makes the roles' permissions known, for domains that look them up.
    pub fn permissions(&self, permissions: &[Permission]) {
        self.permissions.fill(permissions.to_vec());
    }

    /// The same of the domains' switches.
    pub fn switches(&self, switches: &[Switch]) {
        self.switches.fill(switches.to_vec());
    }

    /// The second time, those of another node: a process has one handle a domain on its connections.
    pub async fn databases(&self, domain: &'static str) -> Databases {
        let first = self.opened.lock().expect("not poisoned").insert(domain);
        let engine = match &self.postgres {
            Some((_, engine)) if first => engine.clone(),
            Some((database, _)) => Engine::postgres(&database.url(), pool()).expect("an engine"),
            None => Engine::sqlite(&sqlite_file(self.folder.path(), domain), pool()).expect("an engine"),
        };
        self.open(engine, domain).await
    }

    /// On another PostgreSQL database, or as another login role.
    pub async fn databases_at(&self, url: &str, domain: &'static str) -> Databases {
        self.open(Engine::postgres(url, pool()).expect("an engine"), domain).await
    }

    async fn open(&self, engine: Engine, domain: &'static str) -> Databases {
        let setup = Setup {
            domain,
            engine,
            signals: self.signals.clone(),
            subscriptions: self.subscriptions.clone(),
            secrets: self.secrets.clone(),
            clock: self.clock.clone(),
            platform_tables: migrations::platform_tables(domain),
        };
        Databases::open(setup).await.expect("the database opens")
    }

    /// What a domain is given, with databases of its own.
    pub async fn platform(&self, domain: &'static str) -> Platform {
        Platform {
            databases: self.databases(domain).await,
            secrets: self.secrets.clone(),
            blobs: self.blobs.clone(),
            cache: self.cache.clone(),
            clock: self.clock.clone(),
            permissions: self.permissions.clone(),
            switches: self.switches.clone(),
            outbound: self.outbound.clone(),
            public_url: "http://insula.test".to_owned(),
        }
    }

    pub fn tenant(&self) -> Tenant {
        Tenant::new(self.clock.clone())
    }

    pub fn visitor(&self) -> Visitor {
        tenant::visitor(&self.clock)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some((_, engine)) = &self.postgres {
            engine.close();
        }
    }
}

fn pool() -> PoolSettings {
    PoolSettings { max_connections: 12, runtimes: 1, ..PoolSettings::default() }
}
