//! What all modules stand on: databases, master key, cache and blobs, as the configuration says.

use super::StartError;
use crate::config::{BlobsKind, Config, Secret};
use blobs::{Blobs, S3Settings};
use cache::Cache;
use data::{Databases, Engine, PoolSettings, Setup, Signals, Subscriptions};
use kernel::Clock;
use kernel::permission::PermissionRegistry;
use kernel::switch::SwitchRegistry;
use module::Platform;
use outbound::Outbound;
use secrets::{MasterKeys, Secrets};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub struct Foundation {
    pub secrets: Secrets,
    pub blobs: Blobs,
    pub cache: Cache,
    pub clock: Clock,
    pub permissions: PermissionRegistry,
    pub switches: SwitchRegistry,
    pub subscriptions: Subscriptions,
    outbound: Outbound,
    public_url: String,
    /// By URL, since domains on one server share its connections.
    servers: BTreeMap<String, (Engine, Signals)>,
    databases: BTreeMap<&'static str, Databases>,
}

impl Foundation {
    pub async fn lay(config: &Config, clock: Clock) -> Result<Self, StartError> {
        let folder = &config.data.folder;
        make_folder(folder)?;
        let secrets = Secrets::of(&master_keys(config)?);
        let mut foundation = Self {
            secrets,
            blobs: blobs(config)?,
            cache: cache(config)?,
            clock,
            permissions: PermissionRegistry::default(),
            switches: SwitchRegistry::default(),
            subscriptions: Subscriptions::default(),
            outbound: Outbound::new(outbound::Settings {
                allow_private_addresses: config.outbound.allow_private_addresses,
                nameserver: config.outbound.nameserver,
            }),
            public_url: config.public_url(),
            servers: BTreeMap::new(),
            databases: BTreeMap::new(),
        };
        for domain in migrations::DOMAINS {
            let databases = foundation.open(config, domain).await?;
            foundation.databases.insert(domain, databases);
        }
        Ok(foundation)
    }

    pub fn platform(&self, domain: &'static str) -> Result<Platform, StartError> {
        let databases = self.databases.get(domain).cloned();
        let databases = databases.ok_or_else(|| {
            StartError::new(
                format!("{domain} has no database"),
                "add its migrations to migrations/src/domains.rs",
            )
        })?;
        Ok(Platform {
            databases,
            secrets: self.secrets.clone(),
            blobs: self.blobs.clone(),
            cache: self.cache.clone(),
            clock: self.clock.clone(),
            permissions: self.permissions.clone(),
            switches: self.switches.clone(),
            outbound: self.outbound.clone(),
            public_url: self.public_url.clone(),
        })
    }

    pub fn databases(&self) -> impl Iterator<Item = &Databases> {
        self.databases.values()
    }

    /// Each PostgreSQL server with the signals of its domains.
    pub fn servers(&self) -> Vec<(Engine, Signals)> {
        self.servers.values().cloned().collect()
    }

    async fn open(&mut self, config: &Config, domain: &'static str) -> Result<Databases, StartError> {
        let settings = pool_settings(config)?;
        let (engine, signals) = match config.database_url(domain) {
            Some(url) => match self.servers.get(url.expose()) {
                Some(known) => known.clone(),
                None => {
                    let engine = Engine::postgres(url.expose(), settings).map_err(unreadable)?;
                    let server = (engine, Signals::default());
                    self.servers.insert(url.expose().to_owned(), server.clone());
                    server
                }
            },
            None => {
                let file = sqlite_file(&config.data.folder, domain);
                (Engine::sqlite(&file, settings).map_err(unreadable)?, Signals::default())
            }
        };
        let setup = Setup {
            domain,
            engine,
            signals,
            subscriptions: self.subscriptions.clone(),
            secrets: self.secrets.clone(),
            clock: self.clock.clone(),
            platform_tables: migrations::platform_tables(domain),
        };
        Databases::open(setup).await.map_err(unreadable)
    }
}

/// Brings every schema up to date: all domains of one server at once, each SQLite file for itself.
pub async fn migrate(config: &Config) -> Result<(), StartError> {
    let on_files = migrations::DOMAINS.into_iter().filter(|domain| config.database_url(domain).is_none());
    for domain in on_files {
        make_folder(&config.data.folder)?;
        let file = sqlite_file(&config.data.folder, domain);
        migrations::migrate_sqlite(&file, domain).await.map_err(unmigrated)?;
    }
    for (url, domains) in domains_by_server(config) {
        migrations::migrate_postgres(url, &domains).await.map_err(unmigrated)?;
    }
    Ok(())
}

/// The PostgreSQL servers by URL, each with its domains in their order.
fn domains_by_server(config: &Config) -> BTreeMap<&str, Vec<&'static str>> {
    let mut servers = BTreeMap::<&str, Vec<&'static str>>::new();
    for domain in migrations::DOMAINS {
        if let Some(url) = config.database_url(domain) {
            servers.entry(url.expose()).or_default().push(domain);
        }
    }
    servers
}

/// What an administrator runs, server by server.
pub fn provision_sql(config: &Config) -> Result<String, StartError> {
    let servers = domains_by_server(config);
    if servers.is_empty() {
        let what = "there is no database server to prepare: every domain is on SQLite files";
        return Err(StartError::new(what, "set DATABASE_URL to what the nodes will use"));
    }
    let mut sql = String::new();
    for (url, domains) in servers {
        let url = url::Url::parse(url).map_err(|error| {
            StartError::new("a database URL cannot be read", "see `insula config check`").because(error)
        })?;
        let (host, database) = (url.host_str().unwrap_or("localhost"), url.path().trim_start_matches('/'));
        sql.push_str(&format!("-- On {host}, in the database {database}:\n"));
        sql.push_str(&migrations::provision_sql(url.username(), &domains));
    }
    Ok(sql)
}

/// What a runtime has for each server unless told. Statements that wait for a processor of the database only push each
/// other out of its caches: with ten a worker on two cores a read took a third longer at the 95th percentile.
const CONNECTIONS_PER_RUNTIME: usize = 4;

/// The node's budget, divided among the servers and the runtimes that will ask.
fn pool_settings(config: &Config) -> Result<PoolSettings, StartError> {
    let servers = domains_by_server(config).len();
    // The HTTP workers, the jobs, and the main thread's own.
    let runtimes = http_workers(config) + 2;
    let budget = match config.database.max_connections as usize {
        0 => CONNECTIONS_PER_RUNTIME * runtimes * servers,
        budget => budget,
    };
    let least = 2 * runtimes * servers;
    if budget < least {
        return Err(StartError::new(
            format!(
                "database.max_connections is {budget}; {servers} servers and {runtimes} runtimes need at least {least}"
            ),
            "raise database.max_connections, or lower http.workers",
        ));
    }
    Ok(PoolSettings {
        max_connections: budget / servers.max(1),
        runtimes,
        acquire_timeout: Duration::from_millis(config.database.acquire_timeout_ms),
        slow_statement: Duration::from_millis(config.database.slow_statement_ms),
        statement_timeout: Duration::from_millis(config.database.statement_timeout_ms),
    })
}

pub fn http_workers(config: &Config) -> usize {
    match config.http.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    }
}

fn sqlite_file(folder: &Path, domain: &str) -> PathBuf {
    folder.join(format!("{domain}.sqlite"))
}

/// All that the installation has, as the configuration says where they are.
pub fn master_keys(config: &Config) -> Result<MasterKeys, StartError> {
    let file = config.master_key_file();
    let former = config.secrets.former_master_keys.iter().map(Secret::expose);
    let keys = match &config.secrets.master_key {
        Some(key) => MasterKeys::from_base64(key.expose(), former),
        None if config.secrets.master_key_file.is_some() => MasterKeys::load(&file),
        None => MasterKeys::load_or_create(&file),
    };
    keys.map_err(|error| {
        StartError::new(
            "the master key cannot be used",
            "set secrets.master_key or secrets.master_key_file to 32 random bytes in base64, as \
             `openssl rand -base64 32` prints them",
        )
        .because(error)
    })
}

fn blobs(config: &Config) -> Result<Blobs, StartError> {
    let settings = &config.blobs;
    let made = match settings.kind {
        BlobsKind::Local => Blobs::local(&config.blobs_folder()),
        BlobsKind::S3 => Blobs::s3(S3Settings {
            bucket: settings.bucket.clone().unwrap_or_default(),
            region: settings.region.clone().unwrap_or_else(|| "us-east-1".to_owned()),
            endpoint: settings.endpoint.clone(),
            access_key_id: settings.access_key_id.clone().unwrap_or_default(),
            secret_access_key: settings
                .secret_access_key
                .as_ref()
                .map(|key| key.expose().to_owned())
                .unwrap_or_default(),
            allow_http: settings.endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://")),
        }),
    };
    made.map_err(|error| {
        StartError::new("the blob storage cannot be used", "look at [blobs] in `insula config show`")
            .because(error)
    })
}

/// A local blob folder serves one node, unless it is declared shared.
pub fn claim_blobs(config: &Config) -> Result<Option<blobs::Claim>, StartError> {
    if config.blobs.kind != BlobsKind::Local {
        return Ok(None);
    }
    let name = config.node.name.clone().unwrap_or_else(|| format!("node-{}", std::process::id()));
    let claim = blobs::claim_local(&config.blobs_folder(), &name, config.blobs.shared);
    claim.map(Some).map_err(|error| {
        let remedy = "stop the other process, give each a data.folder of its own, or set blobs.shared = true when \
                      every node sees the same folder";
        StartError::new("the blob folder is in use", remedy).because(error)
    })
}

fn cache(config: &Config) -> Result<Cache, StartError> {
    let settings =
        cache::Settings { max_bytes: config.cache.max_bytes, namespace: config.redis.namespace.clone() };
    match &config.redis.url {
        None => Ok(Cache::in_process(settings)),
        Some(url) => Cache::with_redis(url.expose(), settings).map_err(|error| {
            StartError::new("redis.url cannot be used", "write it as redis://host:6379").because(error)
        }),
    }
}

fn make_folder(folder: &Path) -> Result<(), StartError> {
    std::fs::create_dir_all(folder).map_err(|error| {
        let what = format!("the data folder {} cannot be made", folder.display());
        StartError::new(what, "set data.folder to a place this user may write to").because(error)
    })
}

fn unreadable(error: data::Error) -> StartError {
    StartError::new("a database cannot be opened", "look at [database] and [data] in `insula config show`")
        .because(error)
}

fn unmigrated(error: migrations::Error) -> StartError {
    StartError::new(
        "the databases cannot be brought up to date",
        "see the cause; `insula migrate` tries again",
    )
    .because(error)
}
