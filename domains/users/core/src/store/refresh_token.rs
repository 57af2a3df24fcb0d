//! Refresh tokens: each good for one rotation, and kept when used, so that a stolen one is noticed.

use crate::domain::refresh::Presented;
use crate::domain::{MembershipState, OauthClientId, RefreshTokenId};
use crate::store::{session, tenant, unknown};
use chrono::{DateTime, Utc};
use data::{System, Unit, tenant_entity};
use kernel::ctx::Strength;
use kernel::id::CredentialId;
use kernel::{Ctx, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::FromQueryResult;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_tokens")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: RefreshTokenId,
    pub session_id: CredentialId,
    pub hash: Vec<u8>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
    pub answer: Option<Vec<u8>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(record);

pub async fn insert(
    unit: &Unit,
    ctx: &Ctx,
    session: CredentialId,
    hash: [u8; 32],
    expires_at: DateTime<Utc>,
) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        session_id: Set(session),
        hash: Set(hash.to_vec()),
        expires_at: Set(expires_at),
        ..Default::default()
    };
    unit.insert(row).await
}

/// With what is answered to it; `false` when somebody was faster.
pub async fn spend(unit: &Unit, ctx: &Ctx, id: RefreshTokenId, answer: Vec<u8>) -> Result<bool, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::UsedAt, ctx.now())
        .set(Column::Answer, answer)
        .filter(Column::PublicId.eq(id))
        .filter(Column::UsedAt.is_null());
    Ok(update.exec().await? > 0)
}

/// What an ancestor of this one was answered is used by now, and told nobody again.
pub async fn forget_answers(
    unit: &Unit,
    session: CredentialId,
    but: RefreshTokenId,
) -> Result<u64, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Answer, None::<Vec<u8>>)
        .filter(Column::SessionId.eq(session))
        .filter(Column::PublicId.ne(but))
        .filter(Column::Answer.is_not_null());
    update.exec().await
}

/// A refresh token that was presented, with all that decides about it.
#[derive(Debug)]
pub struct Found {
    pub id: RefreshTokenId,
    pub tenant: TenantId,
    pub session: CredentialId,
    pub access_hash: Vec<u8>,
    pub user: UserId,
    /// Of the session.
    pub strength: Strength,
    pub authenticated_at: DateTime<Utc>,
    pub presented: Presented,
    pub answer: Option<Vec<u8>>,
    /// Of a client's session, and how far an access token may go that comes of it.
    pub client: Option<OauthClientId>,
    pub scopes: Vec<String>,
}

#[derive(Debug, FromQueryResult)]
struct Row {
    public_id: RefreshTokenId,
    tenant_id: TenantId,
    session_id: CredentialId,
    access_hash: Vec<u8>,
    used_at: Option<DateTime<Utc>>,
    answer: Option<Vec<u8>>,
    expires_at: DateTime<Utc>,
    session_revoked_at: Option<DateTime<Utc>>,
    user_id: UserId,
    strength: Option<String>,
    authenticated_at: DateTime<Utc>,
    membership_state: String,
    tenant_state: String,
    oauth_client_id: Option<OauthClientId>,
    refresh_scopes: Option<String>,
}

pub async fn by_hash(system: &System, hash: [u8; 32]) -> Result<Option<Found>, data::Error> {
    let sql = "SELECT r.public_id, r.tenant_id, r.session_id, s.access_hash, r.used_at, r.answer, r.expires_at, \
         s.revoked_at AS session_revoked_at, m.user_id, m.state AS membership_state, t.state AS tenant_state, \
         s.strength, coalesce(s.authenticated_at, s.created_at) AS authenticated_at, \
         s.oauth_client_id, s.refresh_scopes \
         FROM refresh_tokens r \
         JOIN sessions s ON s.tenant_id = r.tenant_id AND s.public_id = r.session_id \
         JOIN memberships m ON m.tenant_id = s.tenant_id AND m.public_id = s.membership_id \
         JOIN users u ON u.public_id = m.user_id \
         JOIN tenants t ON t.public_id = r.tenant_id \
         WHERE r.hash = $1 AND r.deleted_at IS NULL AND s.deleted_at IS NULL AND m.deleted_at IS NULL \
         AND u.deleted_at IS NULL AND t.deleted_at IS NULL \
         AND (u.sessions_ended_at IS NULL OR coalesce(s.authenticated_at, s.created_at) >= u.sessions_ended_at)";
    let rows = system.query_all(sql, vec![hash.to_vec().into()]).await?;
    let Some(row) = rows.first().map(|row| Row::from_query_result(row, "")).transpose()? else {
        return Ok(None);
    };
    let membership = MembershipState::parse(&row.membership_state)
        .ok_or_else(|| unknown("membership state", &row.membership_state))?;
    Ok(Some(Found {
        id: row.public_id,
        tenant: row.tenant_id,
        session: row.session_id,
        access_hash: row.access_hash,
        user: row.user_id,
        strength: session::strength(row.strength.as_deref())?,
        authenticated_at: row.authenticated_at,
        presented: Presented {
            used_at: row.used_at,
            answer_is_kept: row.answer.is_some(),
            expires_at: row.expires_at,
            session_revoked_at: row.session_revoked_at,
            membership,
            tenant_is_active: row.tenant_state == tenant::ACTIVE,
        },
        answer: row.answer,
        client: row.oauth_client_id,
        scopes: session::scopes_of(row.refresh_scopes.as_deref())?,
    }))
}
