//! The erasable part of the audit log: one row an entry, with its salt. It is written and deleted, and never changed.

use crate::domain::AuditEntryId;
use chrono::{DateTime, Utc};
use data::{Tx, Unit, sql, tenant_entity};
use kernel::{TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::FromQueryResult;
use sea_orm::entity::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_details")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    /// The entry's.
    pub public_id: AuditEntryId,
    pub salt: Vec<u8>,
    pub detail: String,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(ledger);

pub async fn insert(unit: &Unit, id: AuditEntryId, salt: &[u8], detail: String) -> Result<(), data::Error> {
    let row = ActiveModel {
        public_id: Set(id),
        salt: Set(salt.to_vec()),
        detail: Set(detail),
        ..Default::default()
    };
    unit.insert(row).await.map(drop)
}

/// Of the entries of one page.
pub async fn of_entries(
    tx: &Tx,
    entries: Vec<AuditEntryId>,
) -> Result<BTreeMap<AuditEntryId, Model>, data::Error> {
    if entries.is_empty() {
        return Ok(BTreeMap::new());
    }
    let most = entries.len() as u64;
    let found = tx.find::<Entity>().filter(Column::PublicId.is_in(entries)).limit(most).all().await?;
    Ok(found.into_iter().map(|row| (row.public_id, row)).collect())
}

/// How many there were: one or none.
pub async fn erase(unit: &Unit, entry: AuditEntryId) -> Result<u64, data::Error> {
    let erase = sql!("DELETE FROM audit_details WHERE tenant_id = $1 AND public_id = $2");
    unit.sql(erase).bind(entry).exec().await
}

/// A stretch of the log, so that no statement goes through all of it.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    after: Uuid,
    up_to: Uuid,
}

const STRETCH: i64 = 1_000;

#[derive(FromQueryResult)]
struct End {
    public_id: Uuid,
}

impl Stretch {
    /// The one behind this, or the first; `None` when the log has ended.
    pub async fn next(tx: &Tx, behind: Option<Self>) -> Result<Option<Self>, data::Error> {
        let after = behind.map_or(Uuid::nil(), |stretch| stretch.up_to);
        if after == Uuid::max() {
            return Ok(None);
        }
        let end = sql!(
            "SELECT public_id FROM audit_details WHERE tenant_id = $1 AND public_id > $2 \
             ORDER BY public_id LIMIT 1 OFFSET $3"
        );
        let end: Option<End> = tx.sql(end).bind(after).bind(STRETCH - 1).one().await?;
        Ok(Some(Self { after, up_to: end.map_or(Uuid::max(), |end| end.public_id) }))
    }
}

/// In this stretch, whatever names somebody by this text, and what was done to what has this id. By the text, only what
/// happened before then. How many there were.
pub async fn erase_naming(
    unit: &Unit,
    stretch: Stretch,
    text: &str,
    resource: Option<Uuid>,
    until: Option<DateTime<Utc>>,
) -> Result<u64, data::Error> {
    let erase = sql!(
        "DELETE FROM audit_details WHERE tenant_id = $1 AND public_id > $2 AND public_id <= $3 \
         AND (lower(detail) LIKE $4 ESCAPE '!' AND ($6 IS NULL OR EXISTS (SELECT 1 FROM audit_entries AS e \
         WHERE e.tenant_id = $1 AND e.public_id = audit_details.public_id AND e.happened_at < $6)) \
         OR EXISTS (SELECT 1 FROM audit_entries AS e WHERE e.tenant_id = $1 \
         AND e.public_id = audit_details.public_id AND e.resource_id = $5))"
    );
    let part = text.to_ascii_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    let (after, up_to) = (stretch.after, stretch.up_to);
    let raw = unit.sql(erase).bind(after).bind(up_to).bind(format!("%{part}%"));
    raw.bind(resource).bind(until).exec().await
}

/// A batch of those that were recorded before then. How many there were.
pub async fn erase_older(unit: &Unit, than: DateTime<Utc>, most: i64) -> Result<u64, data::Error> {
    let erase = sql!(
        "DELETE FROM audit_details WHERE tenant_id = $1 AND id IN (SELECT id FROM audit_details \
         WHERE tenant_id = $1 AND created_at < $2 ORDER BY created_at LIMIT $3)"
    );
    unit.sql(erase).bind(than).bind(most).exec().await
}

/// In this stretch, what this person did and what was done to them, and whatever else names them. How many there were.
pub async fn erase_of_person(unit: &Unit, stretch: Stretch, person: UserId) -> Result<u64, data::Error> {
    let erase = sql!(
        "DELETE FROM audit_details WHERE tenant_id = $1 AND public_id > $2 AND public_id <= $3 \
         AND (detail LIKE $4 OR EXISTS (SELECT 1 FROM audit_entries AS e WHERE e.tenant_id = $1 \
         AND e.public_id = audit_details.public_id AND (e.actor_user = $5 OR e.resource_id = $5)))"
    );
    let named = format!("%{person}%");
    unit.sql(erase).bind(stretch.after).bind(stretch.up_to).bind(named).bind(person).exec().await
}
