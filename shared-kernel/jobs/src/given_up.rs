//! What follows a message that ends without its work: a job that its handler named, written in the transaction that
//! writes the end, so that whatever waits for the work learns of it without looking.

use crate::handler::Registry;
use crate::runtime::StartError;
use chrono::{DateTime, Utc};
use data::{Error, Job, System};
use kernel::id::MessageId;

/// The job to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Followup {
    kind: &'static str,
    version: u16,
    max_attempts: u32,
}

impl Followup {
    pub fn of<J: Job>() -> Self {
        Self { kind: J::KIND, version: J::VERSION, max_attempts: J::MAX_ATTEMPTS }
    }

    /// In the transaction that ended `message`. The row is one a message: if it is retried and ends again, so does
    /// what follows.
    pub async fn write(&self, system: &System, message: MessageId, now: DateTime<Utc>) -> Result<(), Error> {
        let table = system.table("messages");
        let sql = format!(
            "INSERT INTO {table} AS old (public_id, tenant_id, kind, payload_version, payload, handler, unique_key, \
             ordering_key, priority, run_at, max_attempts, actor, act_as, request_id, traceparent, created_at, status, \
             attempts, cancel_requested, progress_done, updated_at) \
             SELECT $1, ended.tenant_id, $2, $3, ended.payload, $2, $4, NULL, ended.priority, $5, $6, ended.actor, \
             'system', ended.request_id, ended.traceparent, $5, 'queued', 0, FALSE, 0, $5 \
             FROM {table} AS ended WHERE ended.public_id = $7 \
             ON CONFLICT (handler, unique_key) DO UPDATE SET status = 'queued', run_at = excluded.run_at, attempts = 0, \
             cancel_requested = FALSE, updated_at = excluded.updated_at, finished_at = NULL \
             WHERE old.finished_at IS NOT NULL"
        );
        let values = vec![
            MessageId::new(now).into(),
            self.kind.into(),
            i32::from(self.version).into(),
            format!("given_up:{message}").into(),
            now.into(),
            i32::try_from(self.max_attempts).unwrap_or(i32::MAX).into(),
            message.into(),
        ];
        system.execute(&sql, values).await.map(drop)
    }
}

/// What a job is followed by is a job of the same domain, on the same node, with nothing to follow in turn.
pub(crate) fn check(registry: &Registry) -> Result<(), StartError> {
    for handler in registry.all() {
        let Some(Followup { kind, .. }) = handler.followup() else { continue };
        let domain = handler.domain();
        let why = match registry.find(kind) {
            _ if handler.is_subscriber() => "only a job can: its rows lie in its own domain's table",
            None => "has no handler",
            Some(next) if next.is_subscriber() || next.domain() != domain => "is no job of the same domain",
            Some(next) if next.followup().is_some() => "would go on for ever if it named one in turn",
            Some(_) => continue,
        };
        return Err(StartError::GivenUp { handler: handler.name(), kind, why });
    }
    Ok(())
}
