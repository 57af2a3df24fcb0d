//! A row of the message table as a worker holds it.

use chrono::{DateTime, Utc};
use kernel::TenantId;
use kernel::id::MessageId;
use sea_orm::{DbErr, QueryResult};
use std::sync::atomic::{AtomicI32, Ordering};

/// Audit entries are never given up.
pub(crate) const NEVER_DEAD: &str = "audit.entry";

pub(crate) const COLUMNS: &[&str] = &[
    "id",
    "public_id",
    "tenant_id",
    "kind",
    "payload_version",
    "payload",
    "handler",
    "ordering_key",
    "priority",
    "run_at",
    "attempts",
    "max_attempts",
    "actor",
    "act_as",
    "request_id",
    "traceparent",
];

#[derive(Debug)]
pub(crate) struct Message {
    pub id: i64,
    pub public_id: MessageId,
    pub tenant: Option<TenantId>,
    pub kind: String,
    pub payload_version: i32,
    pub payload: String,
    pub handler: String,
    pub ordering_key: Option<String>,
    pub priority: i16,
    pub run_at: DateTime<Utc>,
    /// This one included; with the id it tells one lease of the row from another.
    pub attempts: i32,
    /// Moved on by a job that has come a step further.
    pub max_attempts: AtomicI32,
    pub actor: String,
    pub act_as: String,
    pub request_id: String,
    pub traceparent: String,
}

impl Message {
    pub fn from_row(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.try_get("", "id")?,
            public_id: row.try_get("", "public_id")?,
            tenant: row.try_get("", "tenant_id")?,
            kind: row.try_get("", "kind")?,
            payload_version: row.try_get("", "payload_version")?,
            payload: row.try_get("", "payload")?,
            handler: row.try_get("", "handler")?,
            ordering_key: row.try_get("", "ordering_key")?,
            priority: row.try_get("", "priority")?,
            run_at: row.try_get("", "run_at")?,
            attempts: row.try_get("", "attempts")?,
            max_attempts: AtomicI32::new(row.try_get("", "max_attempts")?),
            actor: row.try_get("", "actor")?,
            act_as: row.try_get("", "act_as")?,
            request_id: row.try_get("", "request_id")?,
            traceparent: row.try_get("", "traceparent")?,
        })
    }

    pub fn is_last_attempt(&self) -> bool {
        self.are_used_up() && self.kind != NEVER_DEAD
    }

    /// It would have been given up if that could be.
    pub fn is_overdue(&self) -> bool {
        self.are_used_up() && self.kind == NEVER_DEAD
    }

    fn are_used_up(&self) -> bool {
        self.attempts >= self.max_attempts.load(Ordering::SeqCst)
    }
}
