//! What operators do with messages: look, retry, cancel, discard. Plain functions; who may call them is the edge's.

use crate::given_up::Followup;
use crate::handler::Handler;
use crate::message::NEVER_DEAD;
use crate::store::get;
use chrono::{DateTime, Utc};
use data::{Databases, Error, System};
use kernel::TenantId;
use kernel::id::MessageId;
use sea_orm::{QueryResult, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub struct Ledger {
    databases: Databases,
    followups: BTreeMap<&'static str, Followup>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Queued,
    Leased,
    Retrying,
    Done,
    Cancelled,
    Dead,
}

/// `None` is any. A tenant's own administrators see their tenant's alone.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub tenant: Option<TenantId>,
    pub status: Option<Status>,
    pub handler: Option<String>,
    /// The last id of the page before.
    pub before: Option<MessageId>,
}

/// A message without its payload, which may hold what an operator must not read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageSummary {
    pub id: MessageId,
    pub tenant: Option<TenantId>,
    pub kind: String,
    pub handler: String,
    pub status: Status,
    pub priority: i16,
    pub run_at: DateTime<Utc>,
    pub attempts: i32,
    pub max_attempts: i32,
    pub cancel_requested: bool,
    pub progress_done: i64,
    pub progress_total: Option<i64>,
    pub last_error: Option<String>,
    pub request_id: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

const MOST: u64 = 200;
const COLUMNS: &str = "public_id, tenant_id, kind, handler, status, priority, run_at, attempts, max_attempts, \
    cancel_requested, progress_done, progress_total, last_error, request_id, created_at, updated_at, finished_at";

impl Ledger {
    /// `handlers` are those of the databases' domain, which say what follows a cancelled message.
    pub fn new(databases: Databases, handlers: &[Handler]) -> Self {
        let followups = handlers.iter().filter_map(|handler| Some((handler.name(), *handler.followup()?)));
        Self { databases, followups: followups.collect() }
    }

    /// Newest first, at most 200.
    pub async fn list(&self, filter: &Filter, limit: u64) -> Result<Vec<MessageSummary>, Error> {
        let mut conditions = Conditions::default();
        conditions.tenant(filter.tenant);
        if let Some(status) = filter.status {
            conditions.add("status =", status.name());
        }
        if let Some(handler) = &filter.handler {
            conditions.add("handler =", handler.as_str());
        }
        if let Some(before) = filter.before {
            conditions.add("public_id <", before);
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM {} WHERE {} ORDER BY public_id DESC LIMIT {}",
            self.databases.table("messages"),
            conditions.sql(),
            limit.min(MOST)
        );
        let system = self.databases.system("list messages for operators").await?;
        let rows = system.query_all(&sql, conditions.values).await?;
        system.commit().await?;
        rows.iter().map(summary).collect()
    }

    /// Gives a dead, cancelled or waiting message all its attempts again, from now. `false`: it is not one of these.
    pub async fn retry(&self, tenant: Option<TenantId>, id: MessageId) -> Result<bool, Error> {
        let now = self.databases.clock().now();
        let set = "status = 'queued', attempts = 0, run_at = $1, updated_at = $1, finished_at = NULL, cancel_requested = FALSE";
        let changed =
            self.change(set, "('dead', 'cancelled', 'queued', 'retrying')", now, tenant, id).await?;
        self.databases.wake().notify_one();
        Ok(changed)
    }

    /// A waiting message is cancelled at once, a running one is asked to stop. `false` for one that is neither, and for
    /// an audit entry: nobody may take it out of the log before it is in it.
    pub async fn cancel(&self, tenant: Option<TenantId>, id: MessageId) -> Result<bool, Error> {
        let now = self.databases.clock().now();
        let set = "cancel_requested = TRUE, updated_at = $1, \
            finished_at = CASE WHEN status = 'leased' THEN NULL ELSE $1 END, \
            status = CASE WHEN status = 'leased' THEN 'leased' ELSE 'cancelled' END";
        let statuses = format!("('queued', 'retrying', 'leased') AND kind <> '{NEVER_DEAD}'");
        let changed = self.change(set, &statuses, now, tenant, id).await?;
        // What waits behind it in order may start.
        self.databases.wake().notify_one();
        Ok(changed)
    }

    /// Removes a dead or cancelled message for good. What followed its end is a message of its own and stays.
    pub async fn discard(&self, tenant: Option<TenantId>, id: MessageId) -> Result<bool, Error> {
        let mut conditions = Conditions::default();
        conditions.add("public_id =", id);
        conditions.tenant(tenant);
        let table = self.databases.table("messages");
        let sql =
            format!("DELETE FROM {table} WHERE {} AND status IN ('dead', 'cancelled')", conditions.sql());
        let system = self.databases.system("an operator discards a message").await?;
        let removed = system.execute(&sql, conditions.values).await?;
        system.commit().await?;
        Ok(removed > 0)
    }

    async fn change(
        &self,
        set: &str,
        statuses: &str,
        now: DateTime<Utc>,
        tenant: Option<TenantId>,
        id: MessageId,
    ) -> Result<bool, Error> {
        let mut conditions = Conditions { values: vec![now.into()], ..Conditions::default() };
        conditions.add("public_id =", id);
        conditions.tenant(tenant);
        let table = self.databases.table("messages");
        let sql = format!(
            "UPDATE {table} SET {set} WHERE {} AND status IN {statuses} RETURNING handler, status",
            conditions.sql()
        );
        let system = self.databases.system("an operator changes a message").await?;
        let changed = system.query_all(&sql, conditions.values).await?;
        for row in &changed {
            self.follow(&system, row, id, now).await?;
        }
        system.commit().await?;
        Ok(!changed.is_empty())
    }

    async fn follow(
        &self,
        system: &System,
        row: &QueryResult,
        id: MessageId,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let (handler, status): (String, String) = (get(row, "handler")?, get(row, "status")?);
        match self.followups.get(handler.as_str()) {
            Some(followup) if status == Status::Cancelled.name() => followup.write(system, id, now).await,
            _ => Ok(()),
        }
    }
}

impl Status {
    const ALL: [Self; 6] =
        [Self::Queued, Self::Leased, Self::Retrying, Self::Done, Self::Cancelled, Self::Dead];

    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Leased => "leased",
            Self::Retrying => "retrying",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Dead => "dead",
        }
    }
}

#[derive(Default)]
struct Conditions {
    texts: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    fn add(&mut self, comparison: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        self.texts.push(format!("{comparison} ${}", self.values.len()));
    }

    fn tenant(&mut self, tenant: Option<TenantId>) {
        if let Some(tenant) = tenant {
            self.add("tenant_id =", tenant);
        }
    }

    fn sql(&self) -> String {
        if self.texts.is_empty() { "TRUE".to_owned() } else { self.texts.join(" AND ") }
    }
}

fn summary(row: &QueryResult) -> Result<MessageSummary, Error> {
    let status: String = get(row, "status")?;
    let status = Status::ALL.into_iter().find(|known| known.name() == status);
    Ok(MessageSummary {
        id: get(row, "public_id")?,
        tenant: get(row, "tenant_id")?,
        kind: get(row, "kind")?,
        handler: get(row, "handler")?,
        status: status.ok_or_else(|| Error::internal("a message has an unknown status"))?,
        priority: get(row, "priority")?,
        run_at: get(row, "run_at")?,
        attempts: get(row, "attempts")?,
        max_attempts: get(row, "max_attempts")?,
        cancel_requested: get(row, "cancel_requested")?,
        progress_done: get(row, "progress_done")?,
        progress_total: get(row, "progress_total")?,
        last_error: get(row, "last_error")?,
        request_id: get(row, "request_id")?,
        created_at: get(row, "created_at")?,
        updated_at: get(row, "updated_at")?,
        finished_at: get(row, "finished_at")?,
    })
}
