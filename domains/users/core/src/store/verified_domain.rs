//! The domains that a tenant says are its own. Verified, one is of one tenant of the installation.

use crate::domain::VerifiedDomainId;
use crate::domain::oidc::DomainName;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit, tenant_entity};
use kernel::{Ctx, Page, PageRequest, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "verified_domains")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: VerifiedDomainId,
    pub domain: String,
    pub challenge: String,
    pub verified_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(record);

impl PlatformEntity for Entity {
    const REASON: &'static str = "who is about to sign in says an address before there is a tenant";
}

pub async fn insert(
    unit: &Unit,
    id: VerifiedDomainId,
    domain: &DomainName,
    challenge: &str,
) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(id),
        domain: Set(domain.as_str().to_owned()),
        challenge: Set(challenge.to_owned()),
        ..Default::default()
    };
    unit.insert(row).await
}

/// Whether the tenant has it already.
pub fn is_there(error: &data::Error) -> bool {
    error.is_unique("verified_domains_once", "verified_domains.tenant_id, verified_domains.domain")
}

/// Whether another tenant has verified it.
pub fn is_taken(error: &data::Error) -> bool {
    error.is_unique("verified_domains_taken", "verified_domains.domain")
}

pub async fn by_id(tx: &Tx, id: VerifiedDomainId) -> Result<Option<Model>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await
}

/// As it is now, and so it stays until the transaction ends.
pub async fn by_id_to_change(unit: &Unit, id: VerifiedDomainId) -> Result<Option<Model>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<Model>, data::Error> {
    tx.find::<Entity>().page(request).await
}

pub async fn count(tx: &Tx) -> Result<u64, data::Error> {
    tx.find::<Entity>().count().await
}

pub async fn count_verified(tx: &Tx) -> Result<u64, data::Error> {
    tx.find::<Entity>().filter(Column::VerifiedAt.is_not_null()).count().await
}

/// Whether the tenant of the transaction has proved that it is its own.
pub async fn is_own(tx: &Tx, domain: &DomainName) -> Result<bool, data::Error> {
    let found = tx.find::<Entity>().filter(Column::Domain.eq(domain.as_str()));
    Ok(found.filter(Column::VerifiedAt.is_not_null()).one().await?.is_some())
}

/// Whose it is.
pub async fn owner_of(system: &System, domain: &DomainName) -> Result<Option<TenantId>, data::Error> {
    let select = Entity::find()
        .filter(Column::Domain.eq(domain.as_str()))
        .filter(Column::VerifiedAt.is_not_null())
        .filter(Column::DeletedAt.is_null());
    Ok(system.one(select).await?.map(|row| row.tenant_id))
}

/// `None` when it is gone.
pub async fn verify(unit: &Unit, ctx: &Ctx, id: VerifiedDomainId) -> Result<Option<Model>, data::Error> {
    let update = unit.update::<Entity>().filter(Column::PublicId.eq(id));
    Ok(update.set(Column::VerifiedAt, ctx.now()).returning().await?.pop())
}

pub async fn delete(unit: &Unit, id: VerifiedDomainId) -> Result<bool, data::Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}
