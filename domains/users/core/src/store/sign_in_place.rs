//! From where somebody signed in to an account. A platform table: whose account it is says a keyed hash alone.

use crate::store::sign_in_failure::Subject;
use chrono::{DateTime, Utc};
use data::System;
use kernel::Id;
use sea_orm::FromQueryResult;
use uuid::Uuid;

#[derive(FromQueryResult)]
struct Noted {
    updated_at: DateTime<Utc>,
}

/// When somebody last proved there who they are.
pub async fn proved_at(system: &System, subject: Subject) -> Result<Option<DateTime<Utc>>, data::Error> {
    let sql = "SELECT updated_at FROM sign_in_places WHERE subject = $1 AND deleted_at IS NULL";
    let rows = system.query_all(sql, vec![subject.to_vec().into()]).await?;
    let row = rows.first().map(|row| Noted::from_query_result(row, "")).transpose()?;
    Ok(row.map(|row| row.updated_at))
}

/// Somebody has just done so.
pub async fn note(system: &System, subject: Subject, now: DateTime<Utc>) -> Result<u64, data::Error> {
    let sql = "INSERT INTO sign_in_places (public_id, subject, created_at, updated_at) VALUES ($1, $2, $3, $3) \
         ON CONFLICT (subject) WHERE deleted_at IS NULL DO UPDATE SET updated_at = excluded.updated_at";
    let id: Uuid = Id::<()>::new(now).uuid();
    system.execute(sql, vec![id.into(), subject.to_vec().into(), now.into()]).await
}
