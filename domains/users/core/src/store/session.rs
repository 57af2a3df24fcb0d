//! Sessions: who is signed in, from where, and the hash of their present access token.

use crate::domain::MembershipId;
use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::{Tx, Unit, tenant_entity};
use kernel::ctx::Strength;
use kernel::id::CredentialId;
use kernel::{Ctx, Page, PageRequest, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::ExprTrait;
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
    pub authenticated_at: Option<DateTime<Utc>>,
    pub strength: Option<String>,
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

pub struct NewSession {
    pub id: CredentialId,
    pub membership: MembershipId,
    pub access: Access,
    pub authenticated_at: DateTime<Utc>,
    pub strength: Strength,
}

const SECOND_FACTOR: &str = "second_factor";

/// Nothing is by a password alone, as nodes of the version before leave it.
pub fn strength(stored: Option<&str>) -> Result<Strength, data::Error> {
    match stored {
        None => Ok(Strength::Password),
        Some(SECOND_FACTOR) => Ok(Strength::SecondFactor),
        Some(other) => Err(unknown("strength of a session", other)),
    }
}

pub async fn insert(unit: &Unit, ctx: &Ctx, session: NewSession) -> Result<Model, data::Error> {
    let visitor = ctx.visitor();
    let by_both = session.strength == Strength::SecondFactor;
    let row = ActiveModel {
        public_id: Set(session.id),
        membership_id: Set(session.membership),
        access_hash: Set(session.access.hash.to_vec()),
        access_expires_at: Set(session.access.expires_at),
        device: Set(visitor.user_agent.clone()),
        client_address: Set(visitor.client_address.map(|address| address.to_string())),
        authenticated_at: Set(Some(session.authenticated_at)),
        strength: Set(by_both.then(|| SECOND_FACTOR.to_owned())),
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

/// The holder has just proved who they are; `false` when it has ended.
pub async fn prove(unit: &Unit, ctx: &Ctx, id: CredentialId) -> Result<bool, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::AuthenticatedAt, ctx.now())
        .filter(Column::PublicId.eq(id))
        .filter(Column::RevokedAt.is_null());
    Ok(update.exec().await? > 0)
}

pub async fn of_member(
    tx: &Tx,
    membership: MembershipId,
    id: CredentialId,
) -> Result<Option<Model>, data::Error> {
    tx.by_id::<Entity, _>(id).filter(Column::MembershipId.eq(membership)).one().await
}

/// Those that have not ended, by themselves or with all of the person's.
pub async fn page_of(
    tx: &Tx,
    membership: MembershipId,
    ended_at: Option<DateTime<Utc>>,
    request: &PageRequest,
) -> Result<Page<Model>, data::Error> {
    let mut found = tx.find::<Entity>().filter(Column::MembershipId.eq(membership));
    found = found.filter(Column::RevokedAt.is_null());
    if let Some(ended_at) = ended_at {
        let opened_after = Column::AuthenticatedAt.is_null().and(Column::CreatedAt.gte(ended_at));
        found = found.filter(Column::AuthenticatedAt.gte(ended_at).or(opened_after));
    }
    found.page(request).await
}

/// Whether the member was here before, and whether with this device.
pub async fn known_devices(
    tx: &Tx,
    membership: MembershipId,
    device: Option<&str>,
) -> Result<(bool, bool), data::Error> {
    let of_member = || tx.find::<Entity>().filter(Column::MembershipId.eq(membership));
    let before = of_member().one().await?.is_some();
    let with_it = of_member().filter(Column::Device.eq(device));
    Ok((before, before && with_it.one().await?.is_some()))
}

/// All of a member's, or all but one; those that have ended by this.
pub async fn revoke_others(
    unit: &Unit,
    ctx: &Ctx,
    membership: MembershipId,
    but: Option<CredentialId>,
) -> Result<Vec<Model>, data::Error> {
    let mut update = unit
        .update::<Entity>()
        .set(Column::RevokedAt, ctx.now())
        .filter(Column::MembershipId.eq(membership))
        .filter(Column::RevokedAt.is_null());
    if let Some(own) = but {
        update = update.filter(Column::PublicId.ne(own));
    }
    update.returning().await
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
