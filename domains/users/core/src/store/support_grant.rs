//! What a tenant lets operators of the installation do through its members, until when. A grant that is over stays, since
//! the sessions that were opened by it say so.

use crate::domain::support::SupportRole;
use crate::domain::{MembershipId, SupportGrantId};
use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::{Find, Tx, Unit, tenant_entity};
use kernel::{Ctx, Page, PageRequest, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "support_grants")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: SupportGrantId,
    pub role: String,
    pub reason: String,
    pub granted_by: MembershipId,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(record);

impl Model {
    pub fn role(&self) -> Result<SupportRole, data::Error> {
        SupportRole::parse(&self.role).ok_or_else(|| unknown("role of a support grant", &self.role))
    }
}

pub struct NewSupportGrant<'a> {
    pub id: SupportGrantId,
    pub role: SupportRole,
    pub reason: &'a str,
    pub granted_by: MembershipId,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert(unit: &Unit, new: NewSupportGrant<'_>) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(new.id),
        role: Set(new.role.name().to_owned()),
        reason: Set(new.reason.to_owned()),
        granted_by: Set(new.granted_by),
        expires_at: Set(new.expires_at),
        ..Default::default()
    };
    unit.insert(row).await
}

pub fn is_taken(error: &data::Error) -> bool {
    error.is_unique("support_grants_tenant_id_public_id", "support_grants.public_id")
}

pub async fn by_id(tx: &Tx, id: SupportGrantId) -> Result<Option<Model>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await
}

/// As it is now, and so it stays until the transaction ends.
pub async fn by_id_to_change(unit: &Unit, id: SupportGrantId) -> Result<Option<Model>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await
}

/// Of all, those that are over too.
pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<Model>, data::Error> {
    tx.find::<Entity>().page(request).await
}

pub async fn page_in_force(
    tx: &Tx,
    now: DateTime<Utc>,
    request: &PageRequest,
) -> Result<Page<Model>, data::Error> {
    in_force(tx.find(), now).page(request).await
}

pub async fn one_in_force(
    tx: &Tx,
    id: SupportGrantId,
    now: DateTime<Utc>,
) -> Result<Option<Model>, data::Error> {
    in_force(tx.by_id(id), now).one().await
}

/// The same, and it is not revoked until the transaction ends.
pub async fn one_in_force_to_keep(
    unit: &Unit,
    id: SupportGrantId,
    now: DateTime<Utc>,
) -> Result<Option<Model>, data::Error> {
    in_force(unit.by_id(id), now).to_keep().one().await
}

/// Those that this member gave; at most so many.
pub async fn in_force_by(
    tx: &Tx,
    member: MembershipId,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Model>, data::Error> {
    in_force(tx.find(), now).filter(Column::GrantedBy.eq(member)).limit(limit).all().await
}

/// `None` when it was revoked before.
pub async fn revoke(unit: &Unit, ctx: &Ctx, id: SupportGrantId) -> Result<Option<Model>, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::RevokedAt, ctx.now())
        .filter(Column::PublicId.eq(id))
        .filter(Column::RevokedAt.is_null());
    Ok(update.returning().await?.pop())
}

fn in_force(found: Find<'_, Entity>, now: DateTime<Utc>) -> Find<'_, Entity> {
    found.filter(Column::RevokedAt.is_null()).filter(Column::ExpiresAt.gt(now))
}
