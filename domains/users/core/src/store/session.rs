//! Sessions: who is signed in, from where, and the hash of their present access token. An operator who acts as a member has
//! one too.

use crate::domain::{MembershipId, OauthClientId, SupportGrantId};
use crate::store::ended::SESSION_KEPT;
use crate::store::oauth_client::{from_json, to_json};
use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::{System, Tx, Unit, tenant_entity};
use kernel::ctx::Strength;
use kernel::id::{CredentialId, OperatorId};
use kernel::{Ctx, Page, PageRequest, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ExprTrait, FromQueryResult};

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
    /// Of a client's: whose, and as whom where it acts for itself; how far its access token goes, as a JSON list, and what is
    /// to be had for its refresh token, which only some have.
    pub oauth_client_id: Option<OauthClientId>,
    pub oauth_actor_id: Option<CredentialId>,
    pub scopes: Option<String>,
    pub refresh_scopes: Option<String>,
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
const FEDERATED: &str = "federated";

/// Nothing is by a password alone, as nodes of the version before leave it.
pub fn strength(stored: Option<&str>) -> Result<Strength, data::Error> {
    match stored {
        None => Ok(Strength::Password),
        Some(SECOND_FACTOR) => Ok(Strength::SecondFactor),
        Some(PASSKEY) => Ok(Strength::Passkey),
        Some(FEDERATED) => Ok(Strength::Federated),
        Some(other) => Err(unknown("strength of a session", other)),
    }
}

pub(super) fn word(strength: Strength) -> Option<String> {
    match strength {
        Strength::SecondFactor => Some(SECOND_FACTOR.to_owned()),
        Strength::Passkey => Some(PASSKEY.to_owned()),
        Strength::Federated => Some(FEDERATED.to_owned()),
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

/// Of a client: for a member, or for itself.
pub struct NewClientSession<'a> {
    pub id: CredentialId,
    pub membership: MembershipId,
    pub client: OauthClientId,
    /// `None` where it acts for the member.
    pub actor: Option<CredentialId>,
    pub access: Access,
    pub scopes: &'a [String],
    /// Whether a refresh token comes with it.
    pub is_renewed: bool,
    pub authenticated_at: DateTime<Utc>,
    pub strength: Strength,
    pub device: Option<String>,
    pub client_address: Option<String>,
}

pub async fn insert_of_client(unit: &Unit, new: NewClientSession<'_>) -> Result<Model, data::Error> {
    let scopes = to_json(new.scopes)?;
    let row = ActiveModel {
        public_id: Set(new.id),
        membership_id: Set(new.membership),
        access_hash: Set(new.access.hash.to_vec()),
        access_expires_at: Set(new.access.expires_at),
        device: Set(new.device),
        client_address: Set(new.client_address),
        authenticated_at: Set(Some(new.authenticated_at)),
        strength: Set(word(new.strength)),
        oauth_client_id: Set(Some(new.client)),
        oauth_actor_id: Set(new.actor),
        refresh_scopes: Set(new.is_renewed.then(|| scopes.clone())),
        scopes: Set(Some(scopes)),
        ..Default::default()
    };
    unit.insert(row).await
}

/// As whom a client acts, by whichever of its sessions: the one that it has for a member, or the newest that it has for
/// itself.
pub async fn of_actor(tx: &Tx, actor: CredentialId) -> Result<Option<Model>, data::Error> {
    let delegated = tx.by_id::<Entity, _>(actor).filter(Column::OauthClientId.is_not_null());
    let delegated = delegated.filter(Column::RevokedAt.is_null()).one().await?;
    if delegated.is_some() {
        return Ok(delegated);
    }
    let own = tx.find::<Entity>().filter(Column::OauthActorId.eq(actor)).filter(Column::RevokedAt.is_null());
    Ok(own.order_by_desc(Column::CreatedAt).limit(1).all().await?.pop())
}

/// How far the access token of a client's goes.
pub fn scopes_of(stored: Option<&str>) -> Result<Vec<String>, data::Error> {
    stored.map(from_json).transpose().map(Option::unwrap_or_default)
}

/// Like `rotate`, with an access token that goes so far.
pub async fn rotate_of_client(
    unit: &Unit,
    id: CredentialId,
    access: &Access,
    scopes: &[String],
) -> Result<bool, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::AccessHash, access.hash.to_vec())
        .set(Column::AccessExpiresAt, access.expires_at)
        .set(Column::Scopes, to_json(scopes)?)
        .filter(Column::PublicId.eq(id))
        .filter(Column::RevokedAt.is_null());
    Ok(update.exec().await? > 0)
}

/// Of a client, whether or not whoever stands behind it may act now.
#[derive(Debug, FromQueryResult)]
pub struct OfClientToken {
    pub tenant_id: TenantId,
    pub public_id: CredentialId,
    pub oauth_client_id: OauthClientId,
}

/// By its present access token; `None` when it has ended, or is no client's.
pub async fn of_client_token(system: &System, hash: [u8; 32]) -> Result<Option<OfClientToken>, data::Error> {
    let sql = "SELECT tenant_id, public_id, oauth_client_id FROM sessions WHERE access_hash = $1 \
         AND oauth_client_id IS NOT NULL AND revoked_at IS NULL AND deleted_at IS NULL";
    let rows = system.query_all(sql, vec![hash.to_vec().into()]).await?;
    Ok(rows.first().map(|row| OfClientToken::from_query_result(row, "")).transpose()?)
}

/// All of a client's that may be in use, or those that it has for this member; those that have ended by this.
pub async fn revoke_of_client(
    unit: &Unit,
    ctx: &Ctx,
    client: OauthClientId,
    member: Option<MembershipId>,
) -> Result<Vec<Model>, data::Error> {
    let mut update = unit
        .update::<Entity>()
        .set(Column::RevokedAt, ctx.now())
        .filter(Column::OauthClientId.eq(client))
        .filter(Column::RefreshScopes.is_not_null().or(Column::AccessExpiresAt.gt(ctx.now())))
        .filter(Column::RevokedAt.is_null());
    if let Some(member) = member {
        update = update.filter(Column::MembershipId.eq(member)).filter(Column::OauthActorId.is_null());
    }
    update.returning().await
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

/// Whether this proof has opened one here before.
pub async fn is_of_proof(
    tx: &Tx,
    membership: MembershipId,
    authenticated_at: DateTime<Utc>,
) -> Result<bool, data::Error> {
    let found = tx.find::<Entity>().filter(Column::MembershipId.eq(membership));
    Ok(found.filter(Column::AuthenticatedAt.eq(authenticated_at)).one().await?.is_some())
}

/// Whether it has not ended, by itself or with all of the person's.
pub async fn is_open(
    tx: &Tx,
    id: CredentialId,
    all_ended_at: Option<DateTime<Utc>>,
) -> Result<bool, data::Error> {
    let mut found = tx.by_id::<Entity, _>(id).filter(Column::RevokedAt.is_null());
    if let Some(ended_at) = all_ended_at {
        found = found.filter(has_proved_since(ended_at));
    }
    Ok(found.one().await?.is_some())
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
    // What a client has for itself is the client's; of what it has for the member, what nothing renews ends with its token.
    found = found.filter(Column::OauthActorId.is_null());
    let renewed = Column::OauthClientId.is_null().or(Column::RefreshScopes.is_not_null());
    found = found.filter(renewed.or(Column::AccessExpiresAt.gt(now)));
    if let Some(ended_at) = ended_at {
        found = found.filter(has_proved_since(ended_at));
    }
    found.page(request).await
}

/// Whether somebody has signed in before, and whether with this device.
#[derive(Clone, Copy, Debug)]
pub struct KnownDevices {
    pub was_here: bool,
    pub with_it: bool,
}

#[derive(FromQueryResult)]
struct Devices {
    was_here: Option<i64>,
    with_it: Option<i64>,
}

/// A person's sessions `s` by their memberships `m`; operators who acted as them are not counted, nor clients for themselves.
macro_rules! own_sessions {
    () => {
        "SELECT 1 FROM sessions s WHERE s.tenant_id = m.tenant_id AND s.membership_id = m.public_id \
         AND s.deleted_at IS NULL AND s.operator_id IS NULL AND s.oauth_actor_id IS NULL"
    };
}

/// In whichever tenant. What ended long ago is deleted, so who joined one before that is taken for one who was here.
pub async fn known_devices(
    system: &System,
    user: UserId,
    device: Option<&str>,
    now: DateTime<Utc>,
) -> Result<KnownDevices, data::Error> {
    let sql = concat!(
        "SELECT CAST(max(CASE WHEN m.created_at < $2 OR EXISTS (",
        own_sessions!(),
        ") THEN 1 ELSE 0 END) AS BIGINT) AS was_here, CAST(max(CASE WHEN EXISTS (",
        own_sessions!(),
        " AND coalesce(s.device, '') = $3) THEN 1 ELSE 0 END) AS BIGINT) AS with_it \
         FROM memberships m WHERE m.user_id = $1 AND m.deleted_at IS NULL"
    );
    let device = device.unwrap_or_default();
    let values = vec![user.into(), (now - SESSION_KEPT).into(), device.into()];
    let rows = system.query_all(sql, values).await?;
    let found = rows.first().map(|row| Devices::from_query_result(row, "")).transpose()?;
    let is = |column: Option<i64>| column == Some(1);
    Ok(found.map_or(KnownDevices { was_here: false, with_it: false }, |found| KnownDevices {
        was_here: is(found.was_here),
        with_it: is(found.with_it),
    }))
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
        .filter(Column::OauthActorId.is_null().or(Column::AccessExpiresAt.gt(ctx.now())))
        .filter(Column::RevokedAt.is_null());
    if let Some(own) = but {
        update = update.filter(Column::PublicId.ne(own));
    }
    update.returning().await
}

/// Those of a member that the tenant's providers have opened; those that have ended by this.
pub async fn revoke_federated(
    unit: &Unit,
    ctx: &Ctx,
    membership: MembershipId,
) -> Result<Vec<Model>, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::RevokedAt, ctx.now())
        .filter(Column::MembershipId.eq(membership))
        .filter(Column::Strength.eq(FEDERATED))
        .filter(Column::RevokedAt.is_null());
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
