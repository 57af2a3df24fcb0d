//! How often signing in failed, by account and by address. A platform table: whose account it is may be nobody's.

use chrono::{DateTime, Duration, Utc};
use data::System;
use kernel::Id;
use sea_orm::FromQueryResult;
use uuid::Uuid;

/// Of an account or an address, hashed with a key.
pub type Subject = [u8; 32];

#[derive(FromQueryResult)]
struct Delayed {
    delayed_until: DateTime<Utc>,
}

/// Until when none of these is looked at; `None` when they may be.
pub async fn delayed_until(
    system: &System,
    subjects: [Subject; 2],
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, data::Error> {
    let sql = "SELECT delayed_until FROM sign_in_failures WHERE subject IN ($1, $2) AND delayed_until > $3 \
         ORDER BY delayed_until DESC LIMIT 1";
    let [first, second] = subjects.map(|subject| subject.to_vec());
    let rows = system.query_all(sql, vec![first.into(), second.into(), now.into()]).await?;
    let row = rows.first().map(|row| Delayed::from_query_result(row, "")).transpose()?;
    Ok(row.map(|row| row.delayed_until))
}

#[derive(FromQueryResult)]
struct Counted {
    failures: i64,
}

/// One more, or the first again when the last is long ago; how many that makes.
pub async fn count(
    system: &System,
    subject: Subject,
    now: DateTime<Utc>,
    forgotten_after: Duration,
) -> Result<i64, data::Error> {
    let sql = "INSERT INTO sign_in_failures (public_id, subject, failures, delayed_until, created_at, updated_at) \
         VALUES ($1, $2, 1, $3, $3, $3) ON CONFLICT (subject) DO UPDATE SET updated_at = excluded.updated_at, \
         failures = CASE WHEN sign_in_failures.updated_at < $4 THEN 1 ELSE sign_in_failures.failures + 1 END \
         RETURNING failures";
    let id: Uuid = Id::<()>::new(now).uuid();
    let values = vec![id.into(), subject.to_vec().into(), now.into(), (now - forgotten_after).into()];
    let rows = system.query_all(sql, values).await?;
    let row = rows.first().map(|row| Counted::from_query_result(row, "")).transpose()?;
    row.map(|row| row.failures).ok_or_else(|| data::Error::internal("an upsert that returns nothing"))
}

/// Those that count no more; a few at a time, by whoever counts.
pub async fn remove_old(system: &System, before: DateTime<Utc>) -> Result<u64, data::Error> {
    let sql = "DELETE FROM sign_in_failures WHERE id IN \
         (SELECT id FROM sign_in_failures WHERE updated_at < $1 ORDER BY updated_at LIMIT 10)";
    system.execute(sql, vec![before.into()]).await
}

pub async fn delay(system: &System, subject: Subject, until: DateTime<Utc>) -> Result<u64, data::Error> {
    let sql = "UPDATE sign_in_failures SET delayed_until = $1 WHERE subject = $2 AND delayed_until < $1";
    system.execute(sql, vec![until.into(), subject.to_vec().into()]).await
}

/// Nothing failed of late.
pub async fn forget(system: &System, subject: Subject, now: DateTime<Utc>) -> Result<u64, data::Error> {
    let sql =
        "UPDATE sign_in_failures SET failures = 0, delayed_until = $1, updated_at = $1 WHERE subject = $2";
    system.execute(sql, vec![now.into(), subject.to_vec().into()]).await
}
