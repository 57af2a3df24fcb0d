//! Logs from before there was a tree: a row for each tenant that has entries which nobody has taken up yet.

use crate::domain::AuditEntryId;
use crate::store::audit_leaf::stored;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit, sql, tenant_entity};
use kernel::TenantId;
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_backlogs")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    /// The entry with which the rest begins.
    pub public_id: AuditEntryId,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(ledger);

impl PlatformEntity for Entity {
    const REASON: &'static str = "which tenants have a log from before, ahead of entering one of them";
}

#[derive(FromQueryResult)]
struct Next {
    public_id: AuditEntryId,
}

pub async fn first_tenant(system: &System) -> Result<Option<TenantId>, data::Error> {
    let first = system.one(Entity::find().order_by_asc(Column::Id).limit(1)).await?;
    Ok(first.map(|row| row.tenant_id))
}

pub async fn is_there(tx: &Tx) -> Result<bool, data::Error> {
    Ok(tx.find::<Entity>().one().await?.is_some())
}

/// Notes the next stretch of it as unsealed, where it is, and moves on; `false` where nothing was left. Whoever calls this has the
/// tree, so that no two take up the same.
pub async fn take_up(unit: &Unit, stretch: u64) -> Result<bool, data::Error> {
    let Some(backlog) = unit.find::<Entity>().one().await? else { return Ok(false) };
    let next = sql!(
        "SELECT public_id FROM audit_entries WHERE tenant_id = $1 AND public_id >= $2 \
         ORDER BY public_id LIMIT 1 OFFSET $3"
    );
    let next: Option<Next> = unit.sql(next).bind(backlog.public_id).bind(stored(stretch)?).one().await?;
    let end = next.as_ref().map_or(Uuid::max(), |next| next.public_id.uuid());
    // Nodes of the version before go on writing, and a trigger notes that: it may be there, or have its leaf already.
    let note = sql!(
        "INSERT INTO audit_unsealed (tenant_id, public_id, created_at) \
         SELECT e.tenant_id, e.public_id, e.created_at FROM audit_entries AS e \
         WHERE e.tenant_id = $1 AND e.public_id >= $2 AND e.public_id < $3 AND NOT e.sealed \
         AND NOT EXISTS (SELECT 1 FROM audit_leaves AS l WHERE l.tenant_id = $1 AND l.public_id = e.public_id) \
         ORDER BY e.public_id ON CONFLICT DO NOTHING"
    );
    unit.sql(note).bind(backlog.public_id).bind(end).exec().await?;
    match next {
        Some(next) => {
            let go_on = sql!("UPDATE audit_backlogs SET public_id = $2 WHERE tenant_id = $1");
            unit.sql(go_on).bind(next.public_id).exec().await?;
        }
        None => {
            unit.sql(sql!("DELETE FROM audit_backlogs WHERE tenant_id = $1")).exec().await?;
        }
    }
    Ok(true)
}
