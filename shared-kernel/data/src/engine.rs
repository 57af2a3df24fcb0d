//! Connections, leased from small pools. They are not tested on loan nor pinged on return, and are dropped after
//! an error or when a transaction was left open. On PostgreSQL each tokio runtime (an actix worker, the job runtime)
//! has its own pool, so that a lease never wakes another thread's reactor; all domains of a server share it. On
//! SQLite a domain's file has one writer, for which transactions queue in process, and a few readers.

use crate::error::Error;
use crate::inflight::HeldKey;
use crate::named::Call;
use crate::signals::Signals;
use deadpool::managed::{Manager, Metrics, Object, Pool, PoolError, QueueMode, RecycleResult};
use sea_orm::QueryResult;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::runtime::{Handle, Id as RuntimeId};

/// How long after the server's own time-out an answer may still be on its way.
const SLACK: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug)]
pub struct PoolSettings {
    /// For the whole node, over all its runtimes.
    pub max_connections: usize,
    /// How many tokio runtimes of this process will ask: the HTTP workers and the job runtime.
    pub runtimes: usize,
    pub acquire_timeout: Duration,
    pub statement_timeout: Duration,
    /// A statement that takes as long is logged.
    pub slow_statement: Duration,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            max_connections: 40,
            runtimes: 3,
            acquire_timeout: Duration::from_secs(3),
            statement_timeout: Duration::from_secs(10),
            slow_statement: Duration::from_millis(200),
        }
    }
}

/// A PostgreSQL server, or one SQLite file.
#[derive(Clone)]
pub struct Engine(pub(crate) Arc<Kind>);

pub(crate) enum Kind {
    Postgres(Box<Postgres>),
    Sqlite(Sqlite),
}

pub(crate) struct Postgres {
    options: PgConnectOptions,
    settings: PoolSettings,
    pools: RwLock<HashMap<RuntimeId, Pool<PostgresManager>>>,
}

pub(crate) struct Sqlite {
    settings: PoolSettings,
    writer: Pool<SqliteManager>,
    readers: Pool<SqliteManager>,
}

impl Engine {
    pub fn postgres(url: &str, settings: PoolSettings) -> Result<Self, Error> {
        let options: PgConnectOptions = url.parse().map_err(Error::internal)?;
        let statement_timeout = settings.statement_timeout.as_millis().to_string();
        // The planner thinks the claim of messages dear enough to compile, which takes a second where running it takes
        // milliseconds; nothing here runs long enough to win that back.
        let jit = ("jit", "off".to_owned());
        let options = options
            .application_name("insula")
            .options([
                ("statement_timeout", statement_timeout),
                ("timezone", "UTC".to_owned()),
                ("standard_conforming_strings", "on".to_owned()),
                jit,
            ])
            .disable_statement_logging();
        let postgres = Postgres { options, settings, pools: RwLock::default() };
        Ok(Self(Arc::new(Kind::Postgres(Box::new(postgres)))))
    }

    pub fn sqlite(file: &Path, settings: PoolSettings) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL loses acknowledged commits when the machine stops; FULL does not.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(settings.acquire_timeout)
            .disable_statement_logging();
        let pool = |size| build(SqliteManager { options: options.clone() }, size, settings);
        Ok(Self(Arc::new(Kind::Sqlite(Sqlite { settings, writer: pool(1)?, readers: pool(8)? }))))
    }

    pub fn is_postgres(&self) -> bool {
        matches!(*self.0, Kind::Postgres(_))
    }

    pub(crate) fn settings(&self) -> PoolSettings {
        match &*self.0 {
            Kind::Postgres(postgres) => postgres.settings,
            Kind::Sqlite(sqlite) => sqlite.settings,
        }
    }

    /// Options for a direct connection: migrations, LISTEN.
    pub fn postgres_options(&self) -> Option<PgConnectOptions> {
        match &*self.0 {
            Kind::Postgres(postgres) => Some(postgres.options.clone()),
            Kind::Sqlite(_) => None,
        }
    }

    pub(crate) async fn lease(&self, write: bool) -> Result<Lease, Error> {
        match &*self.0 {
            Kind::Postgres(postgres) => {
                let object = postgres.pool()?.get().await.map_err(lease_error)?;
                Ok(Lease::new(Link::Postgres(object), postgres.settings))
            }
            Kind::Sqlite(sqlite) => {
                let pool = if write { &sqlite.writer } else { &sqlite.readers };
                Ok(Lease::new(Link::Sqlite(pool.get().await.map_err(lease_error)?), sqlite.settings))
            }
        }
    }

    /// Active, idle and waiting, over all runtimes.
    pub fn usage(&self) -> Usage {
        let mut usage = Usage::default();
        match &*self.0 {
            Kind::Postgres(postgres) => {
                let pools = postgres.pools.read().unwrap_or_else(PoisonError::into_inner);
                pools.values().for_each(|pool| usage.add(&pool.status()));
            }
            Kind::Sqlite(sqlite) => {
                usage.add(&sqlite.writer.status());
                usage.add(&sqlite.readers.status());
            }
        }
        usage
    }

    /// Closes what is idle; what is on loan is closed when it comes back.
    pub fn close(&self) {
        match &*self.0 {
            Kind::Postgres(postgres) => {
                let pools = postgres.pools.read().unwrap_or_else(PoisonError::into_inner);
                pools.values().for_each(Pool::close);
            }
            Kind::Sqlite(sqlite) => {
                sqlite.writer.close();
                sqlite.readers.close();
            }
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub active: usize,
    pub idle: usize,
    pub waiting: usize,
}

impl Usage {
    fn add(&mut self, status: &deadpool::Status) {
        self.active += status.size.saturating_sub(status.available);
        self.idle += status.available;
        self.waiting += status.waiting;
    }
}

impl Postgres {
    fn pool(&self) -> Result<Pool<PostgresManager>, Error> {
        let runtime = Handle::try_current().map_err(Error::internal)?.id();
        if let Some(pool) = self.pools.read().unwrap_or_else(PoisonError::into_inner).get(&runtime) {
            return Ok(pool.clone());
        }
        let mut pools = self.pools.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(&runtime) {
            return Ok(pool.clone());
        }
        let size = (self.settings.max_connections / self.settings.runtimes.max(1)).max(2);
        let pool = build(PostgresManager { options: self.options.clone() }, size, self.settings)?;
        pools.insert(runtime, pool.clone());
        Ok(pool)
    }
}

fn build<M: Manager>(manager: M, size: usize, settings: PoolSettings) -> Result<Pool<M>, Error> {
    Pool::builder(manager)
        .max_size(size)
        .wait_timeout(Some(settings.acquire_timeout))
        .create_timeout(Some(settings.acquire_timeout))
        .queue_mode(QueueMode::Lifo)
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(Error::internal)
}

fn lease_error(error: PoolError<sqlx::Error>) -> Error {
    match error {
        PoolError::Backend(error) => Error::Unavailable(Box::new(error)),
        other => Error::Unavailable(other.to_string().into()),
    }
}

pub(crate) struct PostgresManager {
    options: PgConnectOptions,
}

pub(crate) struct SqliteManager {
    options: SqliteConnectOptions,
}

/// A connection, and the names of the statements that were prepared on it.
pub(crate) struct Session {
    pub connection: PgConnection,
    prepared: HashSet<String>,
}

impl Manager for PostgresManager {
    type Type = Session;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<Self::Type, sqlx::Error> {
        // Boxed, as is seldom needed: it would make the future of every query as large.
        let connection = Box::pin(PgConnection::connect_with(&self.options)).await?;
        Ok(Session { connection, prepared: HashSet::new() })
    }

    async fn recycle(&self, _: &mut Self::Type, _: &Metrics) -> RecycleResult<sqlx::Error> {
        Ok(())
    }
}

impl Manager for SqliteManager {
    type Type = SqliteConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<Self::Type, sqlx::Error> {
        Box::pin(SqliteConnection::connect_with(&self.options)).await
    }

    async fn recycle(&self, _: &mut Self::Type, _: &Metrics) -> RecycleResult<sqlx::Error> {
        Ok(())
    }
}

pub(crate) enum Link {
    Postgres(Object<PostgresManager>),
    Sqlite(Object<SqliteManager>),
}

/// A connection on loan. One with a transaction still open, or that had an error of its own, is closed on return,
/// at once, so that its locks go with it.
pub(crate) struct Lease {
    link: Option<Link>,
    /// The server ends a statement before this; an answer that has not come by then never will.
    pub patience: Duration,
    pub open: bool,
    pub broken: bool,
    /// A statement failed, so what PostgreSQL would call a commit is none.
    pub failed: bool,
    /// Whom to wake once it is certain how the transaction ended.
    pub wake: Option<(Signals, &'static str)>,
    /// The request's key, which its transaction has until then.
    pub key: Option<HeldKey>,
}

impl Lease {
    fn new(link: Link, settings: PoolSettings) -> Self {
        let patience = settings.statement_timeout + SLACK;
        Self { link: Some(link), patience, open: false, broken: false, failed: false, wake: None, key: None }
    }

    pub fn link(&mut self) -> Result<&mut Link, sqlx::Error> {
        self.link.as_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// Sends several statements as one message and returns the rows of all of them. A transaction counts as open
    /// from here on.
    pub async fn batch(&mut self, sql: &str) -> Result<Vec<QueryResult>, sqlx::Error> {
        self.open = true;
        match tokio::time::timeout(self.patience, self.send(sql)).await {
            Ok(outcome) => outcome,
            Err(_) => {
                self.broken = true;
                Err(no_answer())
            }
        }
    }

    /// The call and the COMMIT in one message, after `begin` where the transaction is not open yet.
    pub async fn call_and_commit(
        &mut self,
        begin: Option<&str>,
        call: Call<'_>,
    ) -> Result<Vec<QueryResult>, sqlx::Error> {
        let Link::Postgres(session) = self.link()? else { return Err(sqlx::Error::PoolClosed) };
        let is_new = !session.prepared.contains(&call.name);
        let (prepare, execute) = (is_new.then(|| call.prepare()), call.execute());
        let parts = [begin, prepare.as_deref(), Some(&execute), Some("COMMIT")];
        let outcome = self.batch(&parts.into_iter().flatten().collect::<Vec<_>>().join("; ")).await;
        if outcome.is_ok() {
            self.open = false;
            if let (true, Link::Postgres(session)) = (is_new, self.link()?) {
                session.prepared.insert(call.name);
            }
        } else {
            // Nobody knows whether the name is taken now.
            self.broken |= is_new;
        }
        outcome
    }

    async fn send(&mut self, sql: &str) -> Result<Vec<QueryResult>, sqlx::Error> {
        let query = sqlx::raw_sql(AssertSqlSafe(sql));
        match self.link()? {
            Link::Postgres(session) => {
                let rows = (&mut session.connection).fetch_all(query).await?;
                Ok(rows.into_iter().map(QueryResult::from).collect())
            }
            Link::Sqlite(connection) => {
                let rows = (&mut **connection).fetch_all(query).await?;
                Ok(rows.into_iter().map(QueryResult::from).collect())
            }
        }
    }
}

/// A network that swallows packets gives no error for a quarter of an hour.
pub(crate) fn no_answer() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, "the database gave no answer in time"))
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.open || self.broken {
            match self.link.take() {
                Some(Link::Postgres(object)) => drop(Object::take(object)),
                Some(Link::Sqlite(object)) => drop(Object::take(object)),
                None => {}
            }
        }
    }
}
