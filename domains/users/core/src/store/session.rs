//! Sessions: who is signed in, from where, and the hash of their present access token. An operator who acts as a member has
//! one too.

use crate::domain::{MembershipId, SupportGrantId};
use crate::store::ended::SESSION_KEPT;
use crate::store::{membership, unknown};
use chrono::{DateTime, Utc};
use data::{Tx, Unit, tenant_entity};
use kernel::ctx::Strength;
use kernel::id::{CredentialId, OperatorId};
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
    /// Who it really is, where an operator acts as this member, and by which grant.
    pub operator_id: Option<OperatorId>,
    pub support_grant_id: Option<SupportGrantId>,
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
    /// From when on its length counts: a proof in the course of it makes it no longer. One that has moved here from another
    /// tenant goes on from the last proof there.
    pub fn signed_in_at(&self) -> DateTime<Utc> {
        signed_in_at(self.created_at, self.authenticated_at.unwrap_or(self.created_at))
    }
}

pub fn signed_in_at(created_at: DateTime<Utc>, authenticated_at: DateTime<Utc>) -> DateTime<Utc> {
    Ord::min(created_at, authenticated_at)
}

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
const PASSKEY: &str = "passkey";

/// Nothing is by a password alone, as nodes of the version before leave it.
pub fn strength(stored: Option<&str>) -> Result<Strength, data::Error> {
    match stored {
        None => Ok(Strength::Password),
        Some(SECOND_FACTOR) => Ok(Strength::SecondFactor),
        Some(PASSKEY) => Ok(Strength::Passkey),
        Some(other) => Err(unknown("strength of a session", other)),
    }
}

fn word(strength: Strength) -> Option<String> {
    match strength {
        Strength::SecondFactor => Some(SECOND_FACTOR.to_owned()),
        Strength::Passkey => Some(PASSKEY.to_owned()),
        Strength::Password | Strength::Key | Strength::Internal => None,
    }
}

pub async fn insert(unit: &Unit, ctx: &Ctx, session: NewSession) -> Result<Model, data::Error> {
    let visitor = ctx.visitor();
    let row = ActiveModel {
        public_id: Set(session.id),
        membership_id: Set(session.membership),
        access_hash: Set(session.access.hash.to_vec()),
        access_expires_at: Set(session.access.expires_at),
        device: Set(visitor.user_agent.clone()),
        client_address: Set(visitor.client_address.map(|address| address.to_string())),
        authenticated_at: Set(Some(session.authenticated_at)),
        strength: Set(word(session.strength)),
        ..Default::default()
    };
    unit.insert(row).await
}

/// Of an operator who acts as this member.
pub struct NewSupportSession {
    pub id: CredentialId,
    pub membership: MembershipId,
    pub access: Access,
    pub operator: OperatorId,
    pub grant: SupportGrantId,
}

pub async fn insert_support(
    unit: &Unit,
    ctx: &Ctx,
    session: NewSupportSession,
) -> Result<Model, data::Error> {
    let visitor = ctx.visitor();
    let row = ActiveModel {
        public_id: Set(session.id),
        membership_id: Set(session.membership),
        access_hash: Set(session.access.hash.to_vec()),
        access_expires_at: Set(session.access.expires_at),
        device: Set(visitor.user_agent.clone()),
        client_address: Set(visitor.client_address.map(|address| address.to_string())),
        authenticated_at: Set(Some(ctx.now())),
        operator_id: Set(Some(session.operator)),
        support_grant_id: Set(Some(session.grant)),
        ..Default::default()
    };
    unit.insert(row).await
}

/// One that an operator has or had.
pub async fn of_operator(tx: &Tx, id: CredentialId) -> Result<Option<Model>, data::Error> {
    tx.by_id::<Entity, _>(id).filter(Column::OperatorId.is_not_null()).one().await
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

/// The holder has just proved who they are, by this; `None` when it has ended, by itself or with all of the person's, whose
/// row is held.
pub async fn prove(
    unit: &Unit,
    ctx: &Ctx,
    id: CredentialId,
    strength: Strength,
    all_ended_at: Option<DateTime<Utc>>,
) -> Result<Option<Model>, data::Error> {
    let mut update = unit
        .update::<Entity>()
        .set(Column::AuthenticatedAt, ctx.now())
        .set(Column::Strength, word(strength))
        .filter(Column::PublicId.eq(id))
        .filter(Column::RevokedAt.is_null());
    if let Some(ended_at) = all_ended_at {
        update = update.filter(has_proved_since(ended_at));
    }
    Ok(update.returning().await?.pop())
}

fn has_proved_since(at: DateTime<Utc>) -> Expr {
    let opened_since = Column::AuthenticatedAt.is_null().and(Column::CreatedAt.gte(at));
    Column::AuthenticatedAt.gte(at).or(opened_since)
}

/// A code was proved where nothing but a password had been; `None` where more had, or when it has ended. How long ago
/// the holder has proved who they are is another thing.
pub async fn raise(unit: &Unit, id: CredentialId) -> Result<Option<Model>, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Strength, word(Strength::SecondFactor))
        .filter(Column::PublicId.eq(id))
        .filter(Column::Strength.is_null())
        .filter(Column::RevokedAt.is_null());
    Ok(update.returning().await?.pop())
}

pub async fn by_id(tx: &Tx, id: CredentialId) -> Result<Option<Model>, data::Error> {
    tx.by_id::<Entity, _>(id).filter(Column::RevokedAt.is_null()).one().await
}

/// The newest of the tenant's, at most so many.
pub async fn newest(tx: &Tx, limit: u64) -> Result<Vec<Model>, data::Error> {
    let open = tx.find::<Entity>().filter(Column::RevokedAt.is_null());
    open.order_by_desc(Column::CreatedAt).order_by_desc(Column::PublicId).limit(limit).all().await
}

pub async fn of_member(
    tx: &Tx,
    membership: MembershipId,
    id: CredentialId,
) -> Result<Option<Model>, data::Error> {
    tx.by_id::<Entity, _>(id).filter(Column::MembershipId.eq(membership)).one().await
}

/// Those that have not ended, by themselves or with all of the person's. An operator's, which nothing renews, ends with its
/// token.
pub async fn page_of(
    tx: &Tx,
    membership: MembershipId,
    ended_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    request: &PageRequest,
) -> Result<Page<Model>, data::Error> {
    let mut found = tx.find::<Entity>().filter(Column::MembershipId.eq(membership));
    found = found.filter(Column::RevokedAt.is_null());
    found = found.filter(Column::OperatorId.is_null().or(Column::AccessExpiresAt.gt(now)));
    if let Some(ended_at) = ended_at {
        found = found.filter(has_proved_since(ended_at));
    }
    found.page(request).await
}

/// Whether the member was here before, and whether with this device; operators who acted as them are not counted. What ended
/// long ago is deleted, so who joined before that is taken for one who was.
pub async fn known_devices(
    tx: &Tx,
    membership: MembershipId,
    device: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(bool, bool), data::Error> {
    let own = || Column::MembershipId.eq(membership).and(Column::OperatorId.is_null());
    let of_member = || tx.find::<Entity>().filter(own());
    let joined = tx.by_id::<membership::Entity, _>(membership);
    let joined_long_ago = joined.filter(membership::Column::CreatedAt.lt(now - SESSION_KEPT));
    let before = of_member().one().await?.is_some() || joined_long_ago.one().await?.is_some();
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

/// All that were opened by this grant; those that have ended by this.
pub async fn revoke_of_grant(
    unit: &Unit,
    ctx: &Ctx,
    grant: SupportGrantId,
) -> Result<Vec<Model>, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::RevokedAt, ctx.now())
        .filter(Column::SupportGrantId.eq(grant))
        .filter(Column::RevokedAt.is_null());
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
