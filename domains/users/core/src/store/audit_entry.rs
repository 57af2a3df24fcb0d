//! The audit log: append-only, one row per message of any domain. What is personal in an entry is in `audit_detail`.

use crate::domain::AuditEntryId;
use chrono::{DateTime, Utc};
use data::{AuditRecorded, Tx, Unit, tenant_entity};
use kernel::{Page, PageRequest, TenantId, UserId};
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
    /// This, `after` and `client_address` are set by nodes of the version before alone.
    pub before: Option<Json>,
    pub after: Option<Json>,
    pub actor: Json,
    pub impersonator: Option<Json>,
    pub client_address: Option<String>,
    pub request_id: String,
    pub happened_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub detail_hash: Option<Vec<u8>>,
    /// The person behind the actor.
    pub actor_user: Option<UserId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(ledger);

pub async fn append(
    unit: &Unit,
    id: AuditEntryId,
    entry: &AuditRecorded,
    detail_hash: [u8; 32],
) -> Result<Model, data::Error> {
    let json = |value| serde_json::to_value(value).map_err(data::Error::internal);
    let row = ActiveModel {
        public_id: Set(id),
        action: Set(entry.action.clone()),
        resource: Set(entry.resource.clone()),
        resource_id: Set(entry.resource_id),
        actor: Set(json(&entry.actor)?),
        impersonator: Set(entry.impersonator.as_ref().map(json).transpose()?),
        request_id: Set(entry.request_id.clone()),
        happened_at: Set(entry.happened_at),
        detail_hash: Set(Some(detail_hash.to_vec())),
        actor_user: Set(entry.actor.user()),
        ..Default::default()
    };
    unit.insert(row).await
}

/// Which entries; each condition that is set narrows it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub resource: Option<Uuid>,
    pub actor: Option<UserId>,
    pub action: Option<String>,
}

/// Newest first.
pub async fn page(tx: &Tx, request: &PageRequest, filter: Filter) -> Result<Page<Model>, data::Error> {
    let mut find = tx.find::<Entity>();
    if let Some(resource) = filter.resource {
        find = find.filter(Column::ResourceId.eq(resource));
    }
    if let Some(actor) = filter.actor {
        find = find.filter(Column::ActorUser.eq(actor));
    }
    if let Some(action) = filter.action {
        find = find.filter(Column::Action.eq(action));
    }
    find.page(request).await
}
