//! The message table of one domain, as one worker process uses it: claim, settle, renew, and look after the rest.

use crate::handler::Registry;
use crate::message::Message;
use crate::sql::Sql;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use data::{Databases, Error, System};
use kernel::id::MessageId;
use kernel::trace::Trace;
use kernel::{Clock, Id};
use sea_orm::{QueryResult, TryGetable, Value};
use serde::Serialize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use uuid::Uuid;

pub(crate) struct Store {
    databases: Databases,
    registry: Arc<Registry>,
    sql: Sql,
    /// Fresh for each process, so that a restart never takes its predecessor's leases for its own.
    owner: String,
    lease: TimeDelta,
    clock: Clock,
    /// The tenant whose turn was last; the next claim begins behind it.
    served: Mutex<Uuid>,
}

pub(crate) struct Claimed {
    pub messages: Vec<Message>,
    pub buried: Vec<Buried>,
    /// When the next row becomes startable; known only when all that can start now was claimed.
    pub next_due: Option<DateTime<Utc>>,
}

pub(crate) struct Buried {
    pub id: MessageId,
    pub handler: String,
    pub status: String,
}

/// How one lease ended, as it goes into the table.
#[derive(Debug, Serialize)]
pub(crate) struct Record {
    pub id: i64,
    pub attempts: i32,
    pub status: &'static str,
    /// RFC 3339 in the very form SQLite's rows have.
    pub run_at: Option<String>,
    pub last_error: Option<String>,
    /// 1 when the attempt does not count.
    pub refund: i32,
}

pub(crate) struct Renewed {
    pub id: i64,
    pub attempts: i32,
    pub cancel_requested: bool,
}

/// A schedule's tick to be written.
pub(crate) struct Tick<'a> {
    pub kind: &'static str,
    pub version: u16,
    pub payload: &'a str,
    pub max_attempts: u32,
    pub unique_key: String,
    pub run_at: DateTime<Utc>,
    pub actor: &'a str,
}

impl Store {
    pub fn new(
        databases: Databases,
        owner: String,
        lease: Duration,
        registry: Arc<Registry>,
        clock: Clock,
    ) -> Self {
        let sql = Sql::new(databases.is_postgres(), &databases.table("messages"), &registry.names());
        Self { databases, registry, sql, owner, lease: span(lease), clock, served: Mutex::new(Uuid::nil()) }
    }

    pub fn domain(&self) -> &'static str {
        self.databases.domain()
    }

    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Takes up to `wanted` startable rows, fairly between tenants. The attempt counts from here on, so that a crash
    /// counts. Where fewer are found it also ends the rows that died on their last attempt.
    pub async fn claim(&self, wanted: usize) -> Result<Claimed, Error> {
        let now = self.clock.now();
        let system = self.databases.system("claim messages").await?;
        let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
        let (until, served) = (now + self.lease, *self.served());
        let values = vec![now.into(), self.owner().into(), until.into(), limit.into(), served.into()];
        let rows = system.query_all(&self.sql.claim, values).await?;
        let mut messages =
            rows.iter().map(Message::from_row).collect::<Result<Vec<_>, _>>().map_err(Error::from)?;
        messages.sort_by_key(|message| (std::cmp::Reverse(message.priority), message.run_at, message.id));
        let (mut buried, mut next_due) = (Vec::new(), None);
        if messages.len() < wanted {
            for row in system.query_all(&self.sql.bury, vec![now.into()]).await? {
                let (id, handler): (_, String) = (get(&row, "public_id")?, get(&row, "handler")?);
                self.follow(&system, id, &handler, now).await?;
                buried.push(Buried { id, handler, status: get(&row, "status")? });
            }
            let rows = system.query_all(&self.sql.next_due, vec![now.into()]).await?;
            next_due = rows.first().map(|row| get(row, "due")).transpose()?.flatten();
        }
        system.commit().await?;
        self.rotate(&messages);
        Ok(Claimed { messages, buried, next_due })
    }

    fn served(&self) -> MutexGuard<'_, Uuid> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those behind the one served last came first, then those before it.
    fn rotate(&self, claimed: &[Message]) {
        let mut served = self.served();
        let places = claimed.iter().map(|message| message.tenant.map_or(Uuid::nil(), Id::uuid));
        if let Some(last) = places.max_by_key(|place| (*place <= *served, *place)) {
            *served = last;
        }
    }

    /// Writes how these leases ended, and what follows from it; those that are no longer ours are left alone.
    pub async fn settle(&self, records: &[Record]) -> Result<(), Error> {
        let now = self.clock.now();
        let system = self.databases.system("settle messages").await?;
        let values = vec![json(&system, records)?, self.owner().into(), now.into()];
        for row in system.query_all(&self.sql.settle, values).await? {
            let status: String = get(&row, "status")?;
            if matches!(status.as_str(), "dead" | "cancelled") {
                let handler: String = get(&row, "handler")?;
                self.follow(&system, get(&row, "public_id")?, &handler, now).await?;
            }
        }
        system.commit().await
    }

    async fn follow(
        &self,
        system: &System,
        message: MessageId,
        handler: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        match self.registry.find(handler).and_then(|handler| handler.followup()) {
            Some(followup) => followup.write(system, message, now).await,
            None => Ok(()),
        }
    }

    /// Extends these leases and answers which are still ours.
    pub async fn renew(&self, ids: &[i64]) -> Result<Vec<Renewed>, Error> {
        let system = self.databases.system("renew leases").await?;
        let until = self.clock.now() + self.lease;
        let values = vec![json(&system, ids)?, self.owner().into(), until.into()];
        let rows = system.query_all(&self.sql.renew, values).await?;
        system.commit().await?;
        let renewed = rows.iter().map(|row| {
            Ok(Renewed {
                id: get(row, "id")?,
                attempts: get(row, "attempts")?,
                cancel_requested: get(row, "cancel_requested")?,
            })
        });
        renewed.collect()
    }

    /// Records progress; answers whether the work is to stop, or `None` when the lease is lost.
    pub async fn progress(
        &self,
        message: &Message,
        done: i64,
        total: Option<i64>,
        max_attempts: Option<i32>,
    ) -> Result<Option<bool>, Error> {
        let system = self.databases.system("record progress").await?;
        let values = vec![
            done.into(),
            total.into(),
            self.clock.now().into(),
            message.id.into(),
            message.attempts.into(),
            self.owner().into(),
            max_attempts.into(),
        ];
        let rows = system.query_all(&self.sql.progress, values).await?;
        system.commit().await?;
        rows.first().map(|row| get(row, "cancel_requested")).transpose()
    }

    pub async fn write_tick(&self, tick: Tick<'_>) -> Result<(), Error> {
        let now = self.clock.now();
        let id = MessageId::new(now);
        let system = self.databases.system("write a schedule's tick").await?;
        let values = vec![
            id.into(),
            tick.kind.into(),
            i32::from(tick.version).into(),
            tick.payload.into(),
            tick.unique_key.into(),
            tick.run_at.into(),
            i32::try_from(tick.max_attempts).unwrap_or(i32::MAX).into(),
            tick.actor.into(),
            id.to_string().into(),
            // A trace begins with the tick; there are few, so each is collected.
            Trace::begin(1_000).traceparent.into(),
            now.into(),
        ];
        system.execute(&self.sql.schedule, values).await?;
        system.commit().await
    }

    /// How many rows are unfinished, and since when the oldest of them could have started.
    pub async fn backlog(&self) -> Result<(i64, Option<DateTime<Utc>>), Error> {
        let system = self.databases.system_read("measure the backlog").await?;
        let rows = system.query_all(&self.sql.backlog, vec![self.clock.now().into()]).await?;
        drop(system);
        match rows.first() {
            Some(row) => Ok((get(row, "pending")?, get(row, "oldest")?)),
            None => Ok((0, None)),
        }
    }

    /// Removes up to `limit` rows that were finished before then; dead ones stay for an operator.
    pub async fn prune(&self, before: DateTime<Utc>, limit: i64) -> Result<u64, Error> {
        let system = self.databases.system("prune messages").await?;
        let removed = system.execute(&self.sql.prune, vec![before.into(), limit.into()]).await?;
        system.commit().await?;
        Ok(removed)
    }
}

/// A time as it stands in SQLite's rows.
pub(crate) fn text_of(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

pub(crate) fn span(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

pub(crate) fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Result<T, Error> {
    row.try_get("", column).map_err(Error::from)
}

fn json<T: Serialize + ?Sized>(system: &System, value: &T) -> Result<Value, Error> {
    let value = serde_json::to_value(value).map_err(Error::internal)?;
    Ok(if system.is_postgres() { value.into() } else { value.to_string().into() })
}
