//! The audit log: append-only, one row per message of any domain.

use crate::domain::AuditEntryId;
use chrono::{DateTime, Utc};
use data::{AuditRecorded, Tx, Unit, tenant_entity};
use kernel::{Page, PageRequest, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entries")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: AuditEntryId,
    pub action: String,
    pub resource: String,
    pub resource_id: Uuid,
    pub before: Option<Json>,
    pub after: Option<Json>,
    pub actor: Json,
    pub impersonator: Option<Json>,
    pub client_address: Option<String>,
    pub request_id: String,
    pub happened_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(ledger);

pub async fn append(unit: &Unit, id: AuditEntryId, entry: AuditRecorded) -> Result<Model, data::Error> {
    let json = |value| serde_json::to_value(value).map_err(data::Error::internal);
    let row = ActiveModel {
        public_id: Set(id),
        action: Set(entry.action),
        resource: Set(entry.resource),
        resource_id: Set(entry.resource_id),
        before: Set(entry.before),
        after: Set(entry.after),
        actor: Set(json(&entry.actor)?),
        impersonator: Set(entry.impersonator.as_ref().map(json).transpose()?),
        client_address: Set(entry.client_address.map(|address| address.to_string())),
        request_id: Set(entry.request_id),
        happened_at: Set(entry.happened_at),
        ..Default::default()
    };
    unit.insert(row).await
}

/// Newest first; of one resource where one is named.
pub async fn page(
    tx: &Tx,
    request: &PageRequest,
    resource: Option<Uuid>,
) -> Result<Page<Model>, data::Error> {
    let find = tx.find::<Entity>();
    match resource {
        Some(resource) => find.filter(Column::ResourceId.eq(resource)).page(request).await,
        None => find.page(request).await,
    }
}
