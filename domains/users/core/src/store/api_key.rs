//! API keys: made by a member, shown once, kept as a hash. What one may do is a role's, or a JSON list of
//! permissions' names.

use crate::domain::MembershipId;
use crate::store::{builtin_role, role};
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
    pub scopes: Option<String>,
    pub previous_hash: Option<Vec<u8>>,
    pub previous_until: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(resource);

/// What a key may do where its maker may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    Role(BuiltinRole),
    /// In order, each once.
    Scopes(Vec<String>),
}

impl Grant {
    pub fn from_columns(role: &str, scopes: Option<&str>) -> Result<Self, data::Error> {
        match scopes {
            Some(json) => Ok(Self::Scopes(role::permissions(json)?)),
            None => Ok(Self::Role(builtin_role(role)?)),
        }
    }

    /// Beside scopes stands the least role there is, which is all that a node of a version before would grant.
    fn columns(&self) -> Result<(BuiltinRole, Option<String>), data::Error> {
        match self {
            Self::Role(role) => Ok((*role, None)),
            Self::Scopes(names) => {
                let json = serde_json::to_string(names).map_err(data::Error::internal)?;
                Ok((BuiltinRole::Viewer, Some(json)))
            }
        }
    }
}

impl Model {
    pub fn grant(&self) -> Result<Grant, data::Error> {
        Grant::from_columns(&self.role, self.scopes.as_deref())
    }
}

pub struct NewApiKey<'a> {
    pub id: CredentialId,
    pub membership: MembershipId,
    pub name: &'a str,
    pub prefix: &'a str,
    pub hash: [u8; 32],
    pub grant: &'a Grant,
    pub expires_at: Option<DateTime<Utc>>,
}

pub async fn insert(unit: &Unit, key: NewApiKey<'_>) -> Result<Model, data::Error> {
    let (role, scopes) = key.grant.columns()?;
    let row = ActiveModel {
        public_id: Set(key.id),
        membership_id: Set(key.membership),
        name: Set(key.name.to_owned()),
        prefix: Set(key.prefix.to_owned()),
        hash: Set(key.hash.to_vec()),
        role: Set(role.name().to_owned()),
        scopes: Set(scopes),
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

/// As it is now, and so it stays until the transaction ends.
pub async fn by_id_to_change(unit: &Unit, id: CredentialId) -> Result<Option<Model>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<Model>, data::Error> {
    tx.find::<Entity>().page(request).await
}

/// The newest of the tenant's that are good, at most so many.
pub async fn newest(tx: &Tx, limit: u64) -> Result<Vec<Model>, data::Error> {
    let good = tx.find::<Entity>().filter(Column::RevokedAt.is_null());
    good.order_by_desc(Column::CreatedAt).order_by_desc(Column::PublicId).limit(limit).all().await
}

/// `None` when it is no longer of that version.
pub async fn change(
    unit: &Unit,
    before: &Model,
    name: &str,
    expires_at: Option<DateTime<Utc>>,
) -> Result<Option<Model>, data::Error> {
    let update = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(before.public_id))
        .filter(Column::Version.eq(before.version))
        .set(Column::Name, name)
        .set(Column::ExpiresAt, expires_at);
    Ok(update.returning().await?.pop())
}

/// Another secret in the place of the present one, which is good as well until then. `None` when the key is no
/// longer of that version.
pub async fn rotate(
    unit: &Unit,
    before: &Model,
    prefix: &str,
    hash: [u8; 32],
    previous_until: Option<DateTime<Utc>>,
) -> Result<Option<Model>, data::Error> {
    let previous_hash = previous_until.map(|_| before.hash.clone());
    let update = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(before.public_id))
        .filter(Column::Version.eq(before.version))
        .set(Column::Prefix, prefix)
        .set(Column::Hash, hash.to_vec())
        .set(Column::PreviousHash, previous_hash)
        .set(Column::PreviousUntil, previous_until);
    Ok(update.returning().await?.pop())
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

/// Those that have ended by this.
pub async fn revoke_all_of(
    unit: &Unit,
    ctx: &Ctx,
    membership: MembershipId,
) -> Result<Vec<Model>, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::RevokedAt, ctx.now())
        .filter(Column::MembershipId.eq(membership))
        .filter(Column::RevokedAt.is_null());
    update.returning().await
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
