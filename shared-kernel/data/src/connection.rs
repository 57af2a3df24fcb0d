//! A leased connection inside a transaction, as sea-orm sees one. Nothing outside this crate can name it: entities
//! are reached through [`Tx`](crate::Tx), which adds the tenant.

use crate::engine::{Lease, Link, no_answer};
use crate::error::breaks_connection;
use crate::inflight::HeldKey;
use crate::meter::Meter;
use crate::named::Names;
use crate::signals::Signals;
use crate::wall::{Door, Wall};
use async_trait::async_trait;
use futures::TryFutureExt;
use kernel::TenantId;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement};
use sea_query_sqlx::SqlxValues;
use sqlx::AssertSqlSafe;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Mutex;

pub(crate) struct Connection {
    /// Empty only while it is being dropped.
    lease: Mutex<Option<Lease>>,
    backend: DbBackend,
    wall: Option<Arc<Wall>>,
    door: Door,
    /// Whose transaction it is; `None` through the system door.
    tenant: Option<TenantId>,
    meter: Arc<Meter>,
    /// Of a read on PostgreSQL, where each statement is a transaction of its own.
    alone: Option<Alone>,
}

pub(crate) struct Alone {
    pub begin: String,
    pub names: Arc<Names>,
}

impl Connection {
    pub fn new(
        lease: Lease,
        backend: DbBackend,
        wall: Option<Arc<Wall>>,
        door: Door,
        tenant: Option<TenantId>,
        meter: Arc<Meter>,
    ) -> Self {
        Self { lease: Mutex::new(Some(lease)), backend, wall, door, tenant, meter, alone: None }
    }

    pub fn with_each_alone(mut self, alone: Alone) -> Self {
        self.alone = Some(alone);
        self
    }

    /// The key is given back when the transaction has ended, however that is.
    pub fn with_key(mut self, key: Option<HeldKey>) -> Self {
        if let Some(lease) = self.lease.get_mut() {
            lease.key = key;
        }
        self
    }

    /// Sends several statements as one message and returns the rows of all of them.
    pub async fn batch(&self, sql: &str) -> Result<Vec<QueryResult>, sqlx::Error> {
        let mut slot = self.lease.lock().await;
        let lease = slot.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        let started = Instant::now();
        let outcome = lease.batch(sql).await;
        self.meter.batch(self.tenant, sql, started);
        outcome
    }

    /// Ends the transaction and makes the connection fit for the next loan.
    pub async fn commit(&self) -> Result<(), sqlx::Error> {
        let mut slot = self.lease.lock().await;
        let lease = unfailed(&mut slot)?;
        let started = Instant::now();
        let outcome = lease.batch("COMMIT").await;
        self.meter.batch(self.tenant, "COMMIT", started);
        outcome?;
        ended(lease);
        Ok(())
    }

    /// The same together with the last statement, on PostgreSQL; `false` when that has to be run by itself before.
    pub async fn commit_with(&self, names: &Names, statement: &Statement) -> Result<bool, DbErr> {
        self.check(&statement.sql)?;
        let Some(call) = names.call(statement) else { return Ok(false) };
        let mut slot = self.lease.lock().await;
        let lease = unfailed(&mut slot).map_err(exec_error)?;
        let started = Instant::now();
        let outcome = lease.call_and_commit(None, call).await;
        self.meter.prepared(self.tenant, &statement.sql, started);
        if let Err(error) = outcome {
            lease.failed = true;
            lease.broken |= breaks_connection(&error);
            return Err(exec_error(error));
        }
        ended(lease);
        Ok(true)
    }

    /// Wakes the domain's workers when the transaction has ended: also when the request is cut off while its COMMIT
    /// is on the way, since nobody knows then that it was not.
    pub async fn wake_after(&self, signals: Signals, domain: &'static str) {
        if let Some(lease) = self.lease.lock().await.as_mut() {
            lease.wake = Some((signals, domain));
        }
    }

    /// The rows of a statement that can be a transaction of its own; `None` when it has to run in an open one.
    async fn alone(&self, statement: &Statement) -> Result<Option<Vec<QueryResult>>, DbErr> {
        let Some(Alone { begin, names }) = &self.alone else { return Ok(None) };
        let mut slot = self.lease.lock().await;
        let lease = slot.as_mut().ok_or_else(|| exec_error(sqlx::Error::PoolClosed))?;
        if lease.open {
            return Ok(None);
        }
        let started = Instant::now();
        let outcome = match names.call(statement) {
            Some(call) => lease.call_and_commit(Some(begin), call).await.map(Some),
            None => lease.batch(begin).await.map(|_| None),
        };
        if !matches!(outcome, Ok(None)) {
            self.meter.prepared(self.tenant, &statement.sql, started);
        }
        if let Err(error) = &outcome {
            lease.broken |= breaks_connection(error);
        }
        outcome.map_err(exec_error)
    }

    fn check(&self, sql: &str) -> Result<(), DbErr> {
        match &self.wall {
            Some(wall) => wall.check(self.door, sql).map_err(DbErr::Custom),
            None => Ok(()),
        }
    }
}

fn unfailed(slot: &mut Option<Lease>) -> Result<&mut Lease, sqlx::Error> {
    let lease = slot.as_mut().ok_or(sqlx::Error::PoolClosed)?;
    if lease.failed {
        let error = "a statement failed in this transaction, so it cannot be committed";
        return Err(sqlx::Error::InvalidArgument(error.to_owned()));
    }
    Ok(lease)
}

/// Committed: whoever waits for it is told.
fn ended(lease: &mut Lease) {
    lease.open = false;
    if let Some((signals, domain)) = lease.wake.take() {
        signals.committed(domain);
    }
}

/// Runs one prepared statement on whichever backend the lease is of.
macro_rules! run {
    ($self:ident, $statement:ident, $method:ident, $rows:expr, $wrap:expr) => {{
        let started = Instant::now();
        let values = SqlxValues($statement.values.unwrap_or_else(|| sea_orm::Values(Vec::new())));
        let sql: Arc<str> = $statement.sql.into();
        let query = AssertSqlSafe(Arc::clone(&sql));
        let mut slot = $self.lease.lock().await;
        let lease = slot.as_mut().ok_or_else(|| exec_error(sqlx::Error::PoolClosed))?;
        let patience = lease.patience;
        let answer = async {
            match lease.link()? {
                Link::Postgres(session) => {
                    sqlx::query_with::<sqlx::Postgres, _>(query, values)
                        .$method(&mut session.connection)
                        .map_ok($rows)
                        .await
                }
                Link::Sqlite(connection) => {
                    sqlx::query_with::<sqlx::Sqlite, _>(query, values)
                        .$method(&mut **connection)
                        .map_ok($wrap)
                        .await
                }
            }
        };
        let outcome = tokio::time::timeout(patience, answer).await.unwrap_or_else(|_| Err(no_answer()));
        $self.meter.prepared($self.tenant, &sql, started);
        if let Err(error) = &outcome {
            lease.failed = true;
            lease.broken |= breaks_connection(error);
        }
        outcome.map_err(exec_error)
    }};
}

#[async_trait]
impl ConnectionTrait for Connection {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.check(&statement.sql)?;
        if self.alone.is_some() {
            // There may be no transaction open, and so no role and no tenant.
            return Err(DbErr::Custom("a read changes nothing".to_owned()));
        }
        run!(self, statement, execute, ExecResult::from, ExecResult::from)
    }

    async fn execute_unprepared(&self, _: &str) -> Result<ExecResult, DbErr> {
        Err(DbErr::Custom("statements outside a prepared query belong to migrations".to_owned()))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.check(&statement.sql)?;
        if let Some(rows) = self.alone(&statement).await? {
            return Ok(rows.into_iter().next());
        }
        run!(self, statement, fetch_optional, |row| row.map(QueryResult::from), |row| row
            .map(QueryResult::from))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.check(&statement.sql)?;
        if let Some(rows) = self.alone(&statement).await? {
            return Ok(rows);
        }
        run!(
            self,
            statement,
            fetch_all,
            |rows| rows.into_iter().map(QueryResult::from).collect::<Vec<_>>(),
            |rows| rows.into_iter().map(QueryResult::from).collect::<Vec<_>>()
        )
    }
}

fn exec_error(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

/// A transaction that was not committed is rolled back in the background, and the connection returns to its pool;
/// where there is no answer within its patience, it is closed.
impl Drop for Connection {
    fn drop(&mut self) {
        let Some(mut lease) = self.lease.get_mut().take() else { return };
        let wake = lease.wake.take();
        if !lease.open || lease.broken {
            drop(lease);
            wake.into_iter().for_each(|(signals, domain)| signals.committed(domain));
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            let rolled_back = lease.batch("ROLLBACK").await.is_ok();
            lease.open = !rolled_back;
            drop(lease);
            wake.into_iter().for_each(|(signals, domain)| signals.committed(domain));
        });
    }
}
