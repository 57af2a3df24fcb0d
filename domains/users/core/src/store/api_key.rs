//! API keys: made by a member, shown once, kept as a hash.

use crate::domain::MembershipId;
use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::{System, Tx, Unit, tenant_entity};
use kernel::id::CredentialId;
use kernel::permission::BuiltinRole;
use kernel::{Ctx, Page, PageRequest, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: CredentialId,
    pub membership_id: MembershipId,
    pub name: String,
    pub prefix: String,
    pub hash: Vec<u8>,
    pub role: String,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
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
    pub fn role(&self) -> Result<BuiltinRole, data::Error> {
        BuiltinRole::parse(&self.role).ok_or_else(|| unknown("role", &self.role))
    }
}

pub struct NewApiKey<'a> {
    pub id: CredentialId,
    pub membership: MembershipId,
    pub name: &'a str,
    pub prefix: &'a str,
    pub hash: [u8; 32],
    pub role: BuiltinRole,
    pub expires_at: Option<DateTime<Utc>>,
}

pub async fn insert(unit: &Unit, key: NewApiKey<'_>) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(key.id),
        membership_id: Set(key.membership),
        name: Set(key.name.to_owned()),
        prefix: Set(key.prefix.to_owned()),
        hash: Set(key.hash.to_vec()),
        role: Set(key.role.name().to_owned()),
        expires_at: Set(key.expires_at),
        ..Default::default()
    };
    unit.insert(row).await
}

pub fn is_taken(error: &data::Error) -> bool {
    error.is_unique("api_keys_tenant_id_public_id", "api_keys.public_id")
}

pub async fn by_id(tx: &Tx, id: CredentialId) -> Result<Option<Model>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<Model>, data::Error> {
    tx.find::<Entity>().page(request).await
}

/// `false` when it was revoked before.
pub async fn revoke(unit: &Unit, ctx: &Ctx, id: CredentialId) -> Result<bool, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::RevokedAt, ctx.now())
        .filter(Column::PublicId.eq(id))
        .filter(Column::RevokedAt.is_null());
    Ok(update.exec().await? > 0)
}

/// Through the system door, and without a version or `updated_at`: it is no change of the key.
pub async fn touch(
    system: &System,
    tenant: TenantId,
    id: CredentialId,
    now: DateTime<Utc>,
    unless_after: DateTime<Utc>,
) -> Result<u64, data::Error> {
    let sql = "UPDATE api_keys SET last_used_at = $1 WHERE tenant_id = $2 AND public_id = $3 \
         AND (last_used_at IS NULL OR last_used_at <= $4)";
    system.execute(sql, vec![now.into(), tenant.into(), id.into(), unless_after.into()]).await
}
