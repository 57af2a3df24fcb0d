//! The audit log: append-only, one row per message of any domain. What is personal in an entry is in `audit_detail`.

use crate::domain::AuditEntryId;
use crate::domain::audit_leaf::AuditLeaf;
use chrono::{DateTime, Duration, Utc};
use data::{AuditRecorded, Tx, Unit, tenant_entity};
use kernel::{Page, PageRequest, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};

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
    /// It was written with its leaf; another may have got one since.
    pub sealed: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(ledger);

impl Model {
    pub fn leaf(&self) -> AuditLeaf<'_> {
        AuditLeaf {
            id: self.public_id,
            tenant: self.tenant_id,
            action: &self.action,
            resource: &self.resource,
            resource_id: self.resource_id,
            actor: &self.actor,
            impersonator: self.impersonator.as_ref(),
            request_id: &self.request_id,
            happened_at: self.happened_at,
            detail_hash: self.detail_hash.as_deref(),
        }
    }
}

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
        sealed: Set(true),
        ..Default::default()
    };
    unit.insert(row).await
}

pub async fn by_id(tx: &Tx, id: AuditEntryId) -> Result<Option<Model>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await
}

/// In no order.
pub async fn of_ids(tx: &Tx, ids: Vec<AuditEntryId>) -> Result<Vec<Model>, data::Error> {
    let most = ids.len() as u64;
    tx.find::<Entity>().filter(Column::PublicId.is_in(ids)).limit(most).all().await
}

/// Which entries; each condition that is set narrows it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub resource: Option<Uuid>,
    /// What kind of resource.
    pub kind: Option<String>,
    pub actor: Option<UserId>,
    /// All of its words, or those it begins with where the last character is a dot.
    pub action: Option<String>,
    pub request: Option<String>,
    /// The kind of the actor who acted through the actor.
    pub impersonator: Option<&'static str>,
    pub happened_from: Option<DateTime<Utc>>,
    pub happened_to: Option<DateTime<Utc>>,
}

/// An action without its verb, and without its resource too, each with the dot at its end. They are indexed as they stand
/// here, letter by letter.
const WITHOUT_VERB: &str = "rtrim(action, 'abcdefghijklmnopqrstuvwxyz_0123456789')";
const WITHOUT_RESOURCE: &str = "rtrim(rtrim(rtrim(action, 'abcdefghijklmnopqrstuvwxyz_0123456789'), '.'), \
    'abcdefghijklmnopqrstuvwxyz_0123456789')";
/// The same of whoever acts through an actor.
const IMPERSONATOR: &str = "impersonator ->> 'kind'";
/// By how much the clocks of two nodes may differ.
const SKEW: Duration = Duration::minutes(5);

/// Newest first. No entry of the tenant's reached the log later than `delay` after what it tells of, so a time when something
/// happened bounds when it was logged, which is what the rows are found by.
pub async fn page(
    tx: &Tx,
    request: &PageRequest,
    filter: Filter,
    delay: Duration,
) -> Result<Page<Model>, data::Error> {
    let mut find = tx.find::<Entity>();
    if let Some(resource) = filter.resource {
        find = find.filter(Column::ResourceId.eq(resource));
    }
    if let Some(kind) = filter.kind {
        find = find.filter(Column::Resource.eq(kind));
    }
    if let Some(actor) = filter.actor {
        find = find.filter(Column::ActorUser.eq(actor));
    }
    if let Some(action) = filter.action {
        let words = action.matches('.').count();
        find = match (action.ends_with('.'), words) {
            (true, 1) => find.filter(Expr::cust(WITHOUT_RESOURCE).eq(action)),
            (true, 2) => find.filter(Expr::cust(WITHOUT_VERB).eq(action)),
            _ => find.filter(Column::Action.eq(action)),
        };
    }
    if let Some(request) = filter.request {
        find = find.filter(Column::RequestId.eq(request));
    }
    if let Some(kind) = filter.impersonator {
        find = find.filter(Column::Impersonator.is_not_null()).filter(Expr::cust(IMPERSONATOR).eq(kind));
    }
    if let Some(from) = filter.happened_from {
        let logged_from = from.checked_sub_signed(SKEW).unwrap_or(from);
        find = find.filter(Column::HappenedAt.gte(from)).filter(Column::CreatedAt.gte(logged_from));
    }
    if let Some(to) = filter.happened_to {
        let logged_to = to.checked_add_signed(delay + SKEW).unwrap_or(to);
        find = find.filter(Column::HappenedAt.lte(to)).filter(Column::CreatedAt.lte(logged_to));
    }
    find.page(request).await
}
