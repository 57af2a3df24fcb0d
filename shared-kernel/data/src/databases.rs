//! One domain's handle to its data. A database is reached through the tenant; nothing else of the house can be
//! reached through it.

use crate::connection::{Alone, Connection};
use crate::engine::{Engine, Usage};
use crate::error::Error;
use crate::inflight::{HeldKey, InFlightKeys};
use crate::kernel_rows::{self, Stored};
use crate::message::Subscriptions;
use crate::meter::Meter;
use crate::named::Names;
use crate::signals::Signals;
use crate::system::System;
use crate::tx::Tx;
use crate::unit::Unit;
use crate::wall::{Door, Wall};
use chrono::Duration;
use kernel::ctx::Idempotency;
use kernel::{Clock, Ctx, TenantId};
use sea_orm::{DbBackend, QueryResult};
use secrets::Secrets;
use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::time::timeout;

#[derive(Clone)]
pub struct Databases(Arc<Inner>);

struct Inner {
    domain: &'static str,
    engine: Engine,
    signals: Signals,
    wake: Arc<Notify>,
    subscriptions: Subscriptions,
    secrets: Secrets,
    clock: Clock,
    wall: Option<Arc<Wall>>,
    in_flight: InFlightKeys,
    meter: Arc<Meter>,
    names: Arc<Names>,
}

/// Longer than a finished message is kept. A dead one is kept for ever; who runs it again after this runs its effect
/// again as well.
const INBOX_LIFETIME: Duration = Duration::days(60);
const PRUNE_BATCH: u64 = 1_000;

/// What a domain's handle is made of.
pub struct Setup {
    pub domain: &'static str,
    pub engine: Engine,
    pub signals: Signals,
    pub subscriptions: Subscriptions,
    pub secrets: Secrets,
    pub clock: Clock,
    /// Tenant tables the system door leads to, as the migrations mark them.
    pub platform_tables: Vec<&'static str>,
}

/// For reads only. On SQLite they are one transaction, which ends when dropped; on PostgreSQL each is its own.
pub struct Read(Tx);

impl Deref for Read {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        &self.0
    }
}

impl Databases {
    /// Connects lazily on PostgreSQL; on SQLite it reads which tables are tenants', for the wall of debug builds.
    pub async fn open(setup: Setup) -> Result<Self, Error> {
        let wall = if cfg!(debug_assertions) && !setup.engine.is_postgres() {
            Some(Arc::new(sqlite_wall(&setup).await?))
        } else {
            None
        };
        Ok(Self(Arc::new(Inner {
            domain: setup.domain,
            wake: setup.signals.of(setup.domain),
            meter: Arc::new(Meter::new(setup.domain, setup.engine.settings().slow_statement)),
            engine: setup.engine,
            signals: setup.signals,
            subscriptions: setup.subscriptions,
            secrets: setup.secrets,
            clock: setup.clock,
            wall,
            in_flight: InFlightKeys::default(),
            names: Arc::new(Names::new(setup.domain)),
        })))
    }

    pub fn domain(&self) -> &'static str {
        self.0.domain
    }

    pub fn is_postgres(&self) -> bool {
        self.0.engine.is_postgres()
    }

    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub fn usage(&self) -> Usage {
        self.0.engine.usage()
    }

    /// Notified after a commit that wrote messages, here or on another node.
    pub fn wake(&self) -> Arc<Notify> {
        self.0.wake.clone()
    }

    /// A kernel table, with its schema on PostgreSQL.
    pub fn table(&self, name: &str) -> String {
        if self.is_postgres() { format!("{}.{name}", self.0.domain) } else { name.to_owned() }
    }

    pub async fn read(&self, ctx: &Ctx) -> Result<Read, Error> {
        let mut connection = self.lease(false, Some(ctx.tenant())).await?;
        let begin = self.begin(Begin::Read, ctx);
        if self.is_postgres() {
            connection = connection.with_each_alone(Alone { begin, names: self.0.names.clone() });
        } else {
            connection.batch(&begin).await?;
        }
        Ok(Read(Tx::new(connection, ctx.tenant())))
    }

    pub async fn write(&self, ctx: &Ctx) -> Result<Unit, Error> {
        let key = self.hold_key(ctx).await?;
        let connection = self.lease(true, Some(ctx.tenant())).await?.with_key(key);
        let rows = connection.batch(&self.begin(Begin::Write, ctx)).await?;
        for row in &rows {
            refuse_if(row, "in_flight", Error::InFlight)?;
            refuse_if(row, "applied", Error::AlreadyApplied)?;
        }
        Ok(Unit::new(Tx::new(connection, ctx.tenant()), self.clone(), ctx.clone()))
    }

    /// Across tenants, on the platform's tables only. The reasons are a short, committed list.
    pub async fn system(&self, reason: &'static str) -> Result<System, Error> {
        self.system_door(reason, true).await
    }

    /// The same to look only; on SQLite it does not wait for the writer.
    pub async fn system_read(&self, reason: &'static str) -> Result<System, Error> {
        self.system_door(reason, false).await
    }

    /// The answer to a request that was done already, by this caller with this key.
    pub async fn stored_response(&self, ctx: &Ctx) -> Result<Option<Stored>, Error> {
        let Some(idempotency) = self.idempotency(ctx) else { return Ok(None) };
        let read = self.read(ctx).await?;
        kernel_rows::find(read.connection(), self, ctx, &idempotency.key).await
    }

    /// Whether the database answers, for readiness.
    pub async fn ping(&self) -> Result<(), Error> {
        let connection = self.lease(false, None).await?;
        connection.batch("BEGIN; SELECT 1").await?;
        Ok(connection.commit().await?)
    }

    /// Removes expired idempotency keys and inbox rows older than any message that could come again, in bounded
    /// batches. Any number of nodes may do it.
    pub async fn prune(&self) -> Result<u64, Error> {
        let now = self.0.clock.now();
        let limits = [("idempotency_keys", "expires_at", now), ("inbox", "applied_at", now - INBOX_LIFETIME)];
        let mut removed = 0;
        for (name, column, before) in limits {
            let key = if self.is_postgres() { "ctid" } else { "rowid" };
            let table = self.table(name);
            let sql = format!(
                "DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {column} < $1 LIMIT {PRUNE_BATCH})"
            );
            loop {
                let system = self.system("removing expired keys and inbox rows").await?;
                let batch = system.execute(&sql, vec![before.into()]).await?;
                system.commit().await?;
                removed += batch;
                if batch < PRUNE_BATCH {
                    break;
                }
            }
        }
        Ok(removed)
    }

    /// Tells SQLite's planner how the tables are by now; PostgreSQL sees to that by itself.
    pub async fn optimize(&self) -> Result<(), Error> {
        if self.is_postgres() {
            return Ok(());
        }
        let connection = self.lease(true, None).await?;
        connection.batch("BEGIN IMMEDIATE; PRAGMA analysis_limit = 400; PRAGMA optimize").await?;
        Ok(connection.commit().await?)
    }

    pub(crate) fn subscriptions(&self) -> &Subscriptions {
        &self.0.subscriptions
    }

    pub(crate) fn names(&self) -> &Names {
        &self.0.names
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    pub(crate) async fn wake_after(&self, connection: &Connection) {
        connection.wake_after(self.0.signals.clone(), self.0.domain).await;
    }

    /// The request's key, when it is addressed to this domain.
    pub(crate) fn idempotency<'a>(&self, ctx: &'a Ctx) -> Option<&'a Idempotency> {
        ctx.idempotency().filter(|idempotency| idempotency.domain == self.0.domain)
    }

    async fn system_door(&self, reason: &'static str, write: bool) -> Result<System, Error> {
        let domain = self.0.domain;
        tracing::trace!(domain, reason, "system door");
        let connection = self.lease(write, None).await?;
        let begin = match (self.is_postgres(), write) {
            (true, _) => format!(
                "BEGIN{}; SET LOCAL ROLE \"insula_{domain}_system\"; SET LOCAL search_path TO \"{domain}\"",
                if write { "" } else { " READ ONLY" }
            ),
            (false, true) => "BEGIN IMMEDIATE".to_owned(),
            (false, false) => "BEGIN".to_owned(),
        };
        connection.batch(&begin).await?;
        Ok(System::new(connection, self.clone()))
    }

    /// Without a tenant it is the system door.
    async fn lease(&self, write: bool, tenant: Option<TenantId>) -> Result<Connection, Error> {
        let lease = self.0.engine.lease(write).await?;
        let backend = if self.is_postgres() { DbBackend::Postgres } else { DbBackend::Sqlite };
        let door = if tenant.is_some() { Door::Tenant } else { Door::System };
        Ok(Connection::new(lease, backend, self.0.wall.clone(), door, tenant, self.0.meter.clone()))
    }

    /// A request that has dropped a unit waits until that is rolled back, lest it be refused for its own key.
    /// Who begins two at once is refused.
    async fn hold_key(&self, ctx: &Ctx) -> Result<Option<HeldKey>, Error> {
        let Some(idempotency) = self.idempotency(ctx) else { return Ok(None) };
        let held = Arc::clone(&idempotency.held).lock_owned();
        let wait = self.0.engine.settings().acquire_timeout;
        let held = timeout(wait, held).await.map_err(|_| Error::InFlight)?;
        // Another request is refused before it waits for the writer; PostgreSQL has a lock for it (`begin`).
        let in_flight = if self.is_postgres() {
            None
        } else {
            let key = format!("{}/{}/{}", ctx.tenant(), kernel_rows::holder(ctx), idempotency.key);
            Some(self.0.in_flight.enter(key).ok_or(Error::InFlight)?)
        };
        Ok(Some(HeldKey::new(in_flight, held)))
    }

    /// Transaction, role, schema, tenant, key and inbox in one message.
    fn begin(&self, kind: Begin, ctx: &Ctx) -> String {
        let domain = self.0.domain;
        let write = matches!(kind, Begin::Write);
        let mut sql = match (self.is_postgres(), write) {
            (true, _) => format!(
                "BEGIN{}; SET LOCAL ROLE \"insula_{domain}\"; SET LOCAL search_path TO \"{domain}\"; \
                 SET LOCAL app.tenant_id = '{}'",
                if write { "" } else { " READ ONLY" },
                ctx.tenant()
            ),
            (false, true) => "BEGIN IMMEDIATE".to_owned(),
            (false, false) => "BEGIN".to_owned(),
        };
        if !write {
            return sql;
        }
        if let (true, Some(idempotency)) = (self.is_postgres(), self.idempotency(ctx)) {
            let lock = self.lock_number(ctx, &idempotency.key);
            sql.push_str(&format!("; SELECT NOT pg_try_advisory_xact_lock({lock}) AS in_flight"));
        }
        if let Some(delivery) = ctx.delivery().filter(|delivery| delivery.domain == domain) {
            let table = self.table("inbox");
            let message = if self.is_postgres() {
                format!("'{}'", delivery.message)
            } else {
                blob(delivery.message.uuid())
            };
            let subscriber = delivery.subscriber.replace('\'', "''");
            sql.push_str(&format!(
                "; SELECT EXISTS (SELECT 1 FROM {table} WHERE message_id = {message} AND subscriber = '{subscriber}') \
                 AS applied"
            ));
        }
        sql
    }

    fn lock_number(&self, ctx: &Ctx, key: &str) -> i64 {
        let tenant = ctx.tenant().uuid();
        let holder = kernel_rows::holder(ctx);
        let parts = [self.0.domain.as_bytes(), tenant.as_bytes(), holder.as_bytes(), key.as_bytes()];
        let hash = self.0.secrets.keyed_hash("data.key_lock", &parts);
        i64::from_be_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]])
    }
}

enum Begin {
    Read,
    Write,
}

/// SQLite keeps a UUID as sixteen bytes.
fn blob(uuid: uuid::Uuid) -> String {
    format!("X'{}'", uuid.simple())
}

fn refuse_if(row: &QueryResult, column: &str, error: Error) -> Result<(), Error> {
    let asked = row.column_names().iter().any(|name| name == column);
    if asked && row.try_get::<bool>("", column)? { Err(error) } else { Ok(()) }
}

async fn sqlite_wall(setup: &Setup) -> Result<Wall, Error> {
    let mut lease = setup.engine.lease(false).await?;
    let rows = lease
        .batch(
            "SELECT m.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND c.name = 'tenant_id'",
        )
        .await?;
    lease.open = false;
    let tenant_tables =
        rows.iter().map(|row| row.try_get("", "name")).collect::<Result<BTreeSet<String>, _>>()?;
    let platform_tables = setup.platform_tables.iter().map(|name| (*name).to_owned()).collect();
    Ok(Wall { tenant_tables, platform_tables })
}
