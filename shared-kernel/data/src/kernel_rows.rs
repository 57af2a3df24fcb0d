//! The unit of work's own rows. On PostgreSQL they go in one statement, whose tables are named with their schema:
//! the same text under another role would be planned anew on each change of domain.

use crate::connection::Connection;
use crate::databases::Databases;
use crate::error::Error;
use crate::message::NewMessage;
use chrono::{DateTime, Duration, Utc};
use kernel::Ctx;
use kernel::ctx::{Delivery, Idempotency, StoredResponse};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};

const KEY_LIFETIME: Duration = Duration::hours(24);
const SEAL: &str = "data.idempotency";

pub(crate) struct KernelRows<'a> {
    pub messages: &'a [NewMessage],
    pub answer: Option<Answer>,
    pub delivery: Option<&'a Delivery>,
}

/// A response as it lies in the table.
pub(crate) struct Answer {
    key: String,
    fingerprint: Vec<u8>,
    status: i16,
    headers: String,
    body: Vec<u8>,
    sealed: bool,
}

impl Answer {
    pub fn new(
        databases: &Databases,
        ctx: &Ctx,
        idempotency: &Idempotency,
        response: StoredResponse,
    ) -> Result<Self, Error> {
        let body = if response.secret {
            databases.secrets().seal(SEAL, &seal_context(ctx, &idempotency.key), &response.body)
        } else {
            response.body
        };
        Ok(Self {
            key: idempotency.key.clone(),
            fingerprint: idempotency.fingerprint.clone(),
            status: i16::try_from(response.status).map_err(Error::internal)?,
            headers: serde_json::to_string(&response.headers).map_err(Error::internal)?,
            body,
            sealed: response.secret,
        })
    }
}

/// Whose keys these are. Who acts through another has their own: neither is answered what the other was.
pub(crate) fn holder(ctx: &Ctx) -> String {
    match &ctx.principal().impersonator {
        Some(impersonator) => format!("{impersonator} as {}", ctx.actor()),
        None => ctx.actor().to_string(),
    }
}

fn seal_context(ctx: &Ctx, key: &str) -> Vec<u8> {
    format!("{}/{}/{key}", ctx.tenant(), holder(ctx)).into_bytes()
}

/// A stored answer and what it was the answer to.
#[derive(Debug)]
pub struct Stored {
    pub fingerprint: Vec<u8>,
    pub response: StoredResponse,
}

pub(crate) async fn find(
    connection: &Connection,
    databases: &Databases,
    ctx: &Ctx,
    key: &str,
) -> Result<Option<Stored>, Error> {
    let sql = format!(
        "SELECT fingerprint, status, headers, body, sealed FROM {} \
         WHERE tenant_id = $1 AND actor = $2 AND key = $3 AND expires_at > $4",
        databases.table("idempotency_keys")
    );
    let values: [Value; 4] = [ctx.tenant().into(), holder(ctx).into(), key.into(), ctx.now().into()];
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let Some(row) = connection.query_one_raw(statement).await? else { return Ok(None) };
    stored(&row, databases, ctx, key).map(Some)
}

fn stored(row: &QueryResult, databases: &Databases, ctx: &Ctx, key: &str) -> Result<Stored, Error> {
    let secret: bool = row.try_get("", "sealed")?;
    let mut body: Vec<u8> = row.try_get("", "body")?;
    if secret {
        body = databases.secrets().open(SEAL, &seal_context(ctx, key), &body).map_err(Error::internal)?;
    }
    let headers: String = row.try_get("", "headers")?;
    let status: i16 = row.try_get("", "status")?;
    Ok(Stored {
        fingerprint: row.try_get("", "fingerprint")?,
        response: StoredResponse {
            status: u16::try_from(status).map_err(Error::internal)?,
            headers: serde_json::from_str(&headers).map_err(Error::internal)?,
            body,
            secret,
        },
    })
}

/// Writes the rows and commits.
pub(crate) async fn write_and_commit(
    connection: &Connection,
    databases: &Databases,
    ctx: &Ctx,
    rows: KernelRows<'_>,
) -> Result<(), Error> {
    let parts = Parts::new(databases, ctx, rows)?;
    let outcome = match connection.get_database_backend() {
        DbBackend::Postgres => parts.together(connection, databases).await,
        _ => parts.one_by_one(connection).await,
    };
    match outcome {
        Err(Error::Unique(name)) if name.contains("inbox") => Err(Error::AlreadyApplied),
        outcome => outcome,
    }
}

/// Each part is an INSERT and its values, with placeholders from `$1`.
#[derive(Default)]
struct Parts {
    inserts: Vec<(Kind, String, Vec<Value>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Message,
    Answer,
    Inbox,
}

const MESSAGE_COLUMNS: &str = "public_id, tenant_id, kind, payload_version, payload, handler, unique_key, \
    ordering_key, priority, run_at, max_attempts, actor, act_as, request_id, traceparent, created_at";
const MESSAGE_DEFAULTS: &str = "status, attempts, cancel_requested, progress_done, updated_at";

impl Parts {
    fn new(databases: &Databases, ctx: &Ctx, rows: KernelRows<'_>) -> Result<Self, Error> {
        let mut parts = Self::default();
        if databases.is_postgres() && rows.messages.len() > 1 {
            parts.add_messages_as_json(databases, rows.messages)?;
        } else {
            rows.messages.iter().for_each(|message| parts.add_message(databases, message));
        }
        if let Some(answer) = rows.answer {
            parts.add_answer(databases, ctx, answer);
        }
        if let Some(delivery) = rows.delivery {
            let sql = format!(
                "INSERT INTO {} (message_id, subscriber, tenant_id, applied_at) VALUES ($1, $2, $3, $4)",
                databases.table("inbox")
            );
            let subscriber = delivery.subscriber.as_str();
            let values =
                vec![delivery.message.into(), subscriber.into(), ctx.tenant().into(), ctx.now().into()];
            parts.inserts.push((Kind::Inbox, sql, values));
        }
        Ok(parts)
    }

    fn add_messages_as_json(&mut self, databases: &Databases, messages: &[NewMessage]) -> Result<(), Error> {
        let sql = format!(
            "INSERT INTO {table} ({MESSAGE_COLUMNS}, {MESSAGE_DEFAULTS}) \
             SELECT {MESSAGE_COLUMNS}, 'queued', 0, FALSE, 0, created_at FROM jsonb_to_recordset($1) AS row( \
             public_id UUID, tenant_id UUID, kind TEXT, payload_version INT, payload TEXT, handler TEXT, \
             unique_key TEXT, ordering_key TEXT, priority SMALLINT, run_at TIMESTAMPTZ, max_attempts INT, \
             actor TEXT, act_as TEXT, request_id TEXT, traceparent TEXT, created_at TIMESTAMPTZ) \
             ON CONFLICT (handler, unique_key) DO NOTHING",
            table = databases.table("messages")
        );
        let rows = serde_json::to_value(messages).map_err(Error::internal)?;
        self.inserts.push((Kind::Message, sql, vec![rows.into()]));
        Ok(())
    }

    fn add_message(&mut self, databases: &Databases, message: &NewMessage) {
        let sql = format!(
            "INSERT INTO {table} ({MESSAGE_COLUMNS}, {MESSAGE_DEFAULTS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
             $10, $11, $12, $13, $14, $15, $16, 'queued', 0, FALSE, 0, $16) \
             ON CONFLICT (handler, unique_key) DO NOTHING",
            table = databases.table("messages")
        );
        let message = message.clone();
        let values = vec![
            message.public_id.into(),
            message.tenant_id.into(),
            message.kind.into(),
            message.payload_version.into(),
            message.payload.into(),
            message.handler.into(),
            message.unique_key.into(),
            message.ordering_key.into(),
            message.priority.into(),
            message.run_at.into(),
            message.max_attempts.into(),
            message.actor.into(),
            message.act_as.into(),
            message.request_id.into(),
            message.traceparent.into(),
            message.created_at.into(),
        ];
        self.inserts.push((Kind::Message, sql, values));
    }

    /// An expired answer is written over; a living one is not, and the unit fails.
    fn add_answer(&mut self, databases: &Databases, ctx: &Ctx, answer: Answer) {
        let table = databases.table("idempotency_keys");
        let sql = format!(
            "INSERT INTO {table} AS old (tenant_id, actor, key, fingerprint, status, headers, body, sealed, \
             created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             ON CONFLICT (tenant_id, actor, key) DO UPDATE SET fingerprint = excluded.fingerprint, \
             status = excluded.status, headers = excluded.headers, body = excluded.body, \
             sealed = excluded.sealed, created_at = excluded.created_at, expires_at = excluded.expires_at \
             WHERE old.expires_at <= excluded.created_at"
        );
        let now: DateTime<Utc> = ctx.now();
        let values = vec![
            ctx.tenant().into(),
            holder(ctx).into(),
            answer.key.into(),
            answer.fingerprint.into(),
            answer.status.into(),
            answer.headers.into(),
            answer.body.into(),
            answer.sealed.into(),
            now.into(),
            (now + KEY_LIFETIME).into(),
        ];
        self.inserts.push((Kind::Answer, sql, values));
    }

    async fn one_by_one(self, connection: &Connection) -> Result<(), Error> {
        let backend = connection.get_database_backend();
        for (kind, sql, values) in self.inserts {
            let statement = Statement::from_sql_and_values(backend, sql, values);
            let written = connection.execute_raw(statement).await?.rows_affected();
            if kind == Kind::Answer && written == 0 {
                return Err(Error::InFlight);
            }
        }
        Ok(connection.commit().await?)
    }

    /// `WITH part0 AS (INSERT … RETURNING 1), … SELECT 1 / count(*) FROM part…`, and COMMIT in the same message. An
    /// answer that is there already divides by zero, so that nothing is committed.
    async fn together(self, connection: &Connection, databases: &Databases) -> Result<(), Error> {
        if self.inserts.is_empty() {
            return Ok(connection.commit().await?);
        }
        let mut sql = String::from("WITH ");
        let mut all_values = Vec::new();
        let mut written = "1".to_owned();
        for (index, (kind, insert, values)) in self.inserts.into_iter().enumerate() {
            if index > 0 {
                sql.push_str(", ");
            }
            let insert = shift_placeholders(&insert, all_values.len());
            sql.push_str(&format!("part{index} AS ({insert} RETURNING 1)"));
            if kind == Kind::Answer {
                written = format!("1 / (SELECT count(*) FROM part{index})");
            }
            all_values.extend(values);
        }
        sql.push_str(&format!(" SELECT {written} AS written"));
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, all_values);
        let done = async {
            if !connection.commit_with(databases.names(), &statement).await? {
                connection.query_one_raw(statement).await?;
                connection.commit().await?;
            }
            Ok(())
        };
        match done.await {
            Err(Error::DivisionByZero) => Err(Error::InFlight),
            done => done,
        }
    }
}

/// `$1` becomes `$4` when three values come before.
fn shift_placeholders(sql: &str, by: usize) -> String {
    let mut shifted = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find('$') {
        let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        let number: usize = rest[at + 1..at + 1 + digits].parse().unwrap_or(0);
        shifted.push_str(&rest[..at]);
        shifted.push_str(&format!("${}", number + by));
        rest = &rest[at + 1 + digits..];
    }
    shifted.push_str(rest);
    shifted
}

#[cfg(test)]
mod tests {
    use super::shift_placeholders;

    #[test]
    fn placeholders_move_behind_those_that_come_before() {
        assert_eq!(shift_placeholders("VALUES ($1, $12)", 3), "VALUES ($4, $15)");
        assert_eq!(shift_placeholders("none", 3), "none");
    }
}
