//! Entries of the audit log that have no leaf yet: a trigger writes a row where a node of the version before wrote the entry.

use crate::domain::AuditEntryId;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit, sql, tenant_entity};
use kernel::TenantId;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_unsealed")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    /// The entry's.
    pub public_id: AuditEntryId,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(ledger);

impl PlatformEntity for Entity {
    const REASON: &'static str = "which tenants have entries to seal, before one of them is entered";
}

/// Whose entry has waited longest.
pub async fn first_tenant(system: &System) -> Result<Option<TenantId>, data::Error> {
    let first = system.one(Entity::find().order_by_asc(Column::Id).limit(1)).await?;
    Ok(first.map(|row| row.tenant_id))
}

/// In the order in which they came.
pub async fn first(tx: &Tx, limit: u64) -> Result<Vec<Model>, data::Error> {
    tx.find::<Entity>().order_by_asc(Column::Id).limit(limit).all().await
}

/// Up to this one, those that have their leaf by now. One may have come about behind it meanwhile and have a smaller number.
pub async fn remove_sealed(unit: &Unit, up_to: i64) -> Result<(), data::Error> {
    let remove = sql!(
        "DELETE FROM audit_unsealed WHERE tenant_id = $1 AND id <= $2 AND EXISTS (SELECT 1 FROM audit_leaves AS l \
         WHERE l.tenant_id = $1 AND l.public_id = audit_unsealed.public_id)"
    );
    unit.sql(remove).bind(up_to).exec().await?;
    Ok(())
}
