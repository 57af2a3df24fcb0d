//! Sessions: who is signed in, from where, and the hash of their present access token.

use crate::domain::MembershipId;
use chrono::{DateTime, Utc};
use data::{Unit, tenant_entity};
use kernel::id::CredentialId;
use kernel::{Ctx, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: CredentialId,
    pub membership_id: MembershipId,
    pub access_hash: Vec<u8>,
    pub access_expires_at: DateTime<Utc>,
    pub device: Option<String>,
    pub client_address: Option<String>,
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

/// An access token as it is stored.
pub struct Access {
    pub hash: [u8; 32],
    pub expires_at: DateTime<Utc>,
}

pub async fn insert(
    unit: &Unit,
    ctx: &Ctx,
    id: CredentialId,
    membership: MembershipId,
    access: &Access,
) -> Result<Model, data::Error> {
    let visitor = ctx.visitor();
    let row = ActiveModel {
        public_id: Set(id),
        membership_id: Set(membership),
        access_hash: Set(access.hash.to_vec()),
        access_expires_at: Set(access.expires_at),
        device: Set(visitor.user_agent.clone()),
        client_address: Set(visitor.client_address.map(|address| address.to_string())),
        ..Default::default()
    };
    unit.insert(row).await
}

/// Puts another access token in the place of the present one; `false` when the session has ended.
pub async fn rotate(unit: &Unit, id: CredentialId, access: &Access) -> Result<bool, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::AccessHash, access.hash.to_vec())
        .set(Column::AccessExpiresAt, access.expires_at)
        .filter(Column::PublicId.eq(id))
        .filter(Column::RevokedAt.is_null());
    Ok(update.exec().await? > 0)
}

/// The session that has ended by this; `None` when there is none, or it had ended before.
pub async fn revoke(unit: &Unit, ctx: &Ctx, id: CredentialId) -> Result<Option<Model>, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::RevokedAt, ctx.now())
        .filter(Column::PublicId.eq(id))
        .filter(Column::RevokedAt.is_null());
    Ok(update.returning().await?.pop())
}
