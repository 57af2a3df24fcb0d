//! Sign-ins on their way to a provider and back. A platform table: the browser that comes back brings a state and no tenant.

use crate::domain::{MembershipId, OidcConnectionId, OidcSignInId};
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Unit};
use kernel::{Ctx, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oidc_sign_ins")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: OidcSignInId,
    pub connection_id: OidcConnectionId,
    pub state_hash: Vec<u8>,
    /// Nonce and PKCE verifier, for the provider alone.
    pub sealed_state: Vec<u8>,
    pub return_to: String,
    /// Of a secret that whoever has begun keeps: the code is worth nothing without it.
    pub challenge: String,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
    pub user_id: Option<UserId>,
    pub membership_id: Option<MembershipId>,
    pub code_hash: Option<Vec<u8>>,
    pub code_expires_at: Option<DateTime<Utc>>,
    pub exchanged_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl PlatformEntity for Entity {
    const REASON: &'static str = "the browser that comes back from a provider brings a state and no tenant";
}

pub struct NewSignIn<'a> {
    pub id: OidcSignInId,
    pub connection: OidcConnectionId,
    pub state_hash: [u8; 32],
    pub sealed_state: Vec<u8>,
    pub return_to: &'a str,
    pub challenge: &'a str,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert(system: &System, now: DateTime<Utc>, new: NewSignIn<'_>) -> Result<(), data::Error> {
    let row = ActiveModel {
        public_id: Set(new.id),
        connection_id: Set(new.connection),
        state_hash: Set(new.state_hash.to_vec()),
        sealed_state: Set(new.sealed_state),
        return_to: Set(new.return_to.to_owned()),
        challenge: Set(new.challenge.to_owned()),
        expires_at: Set(new.expires_at),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    system.insert(row).await.map(drop)
}

/// That nobody has come back with yet.
pub async fn by_state(
    system: &System,
    hash: [u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<Model>, data::Error> {
    let select = Entity::find()
        .filter(Column::StateHash.eq(hash.to_vec()))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now));
    system.one(select).await
}

/// `false` when somebody was faster.
pub async fn spend(system: &System, id: OidcSignInId, now: DateTime<Utc>) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .col_expr(Column::UsedAt, Expr::val(now))
        .col_expr(Column::UpdatedAt, Expr::val(now));
    Ok(system.update(update).await? > 0)
}

/// Who it was, and the code that their client is handed.
pub async fn answer(
    unit: &Unit,
    ctx: &Ctx,
    id: OidcSignInId,
    (user, membership): (UserId, MembershipId),
    (code_hash, expires_at): ([u8; 32], DateTime<Utc>),
) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::UserId.is_null())
        .col_expr(Column::UserId, Expr::val(user))
        .col_expr(Column::MembershipId, Expr::val(membership))
        .col_expr(Column::CodeHash, Expr::val(code_hash.to_vec()))
        .col_expr(Column::CodeExpiresAt, Expr::val(expires_at))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    Ok(unit.update_platform(update).await? > 0)
}

/// That was not exchanged yet.
pub async fn by_code(
    system: &System,
    hash: [u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<Model>, data::Error> {
    let select = Entity::find()
        .filter(Column::CodeHash.eq(hash.to_vec()))
        .filter(Column::ExchangedAt.is_null())
        .filter(Column::CodeExpiresAt.gt(now));
    system.one(select).await
}

/// `false` when somebody was faster.
pub async fn exchange(system: &System, id: OidcSignInId, now: DateTime<Utc>) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::ExchangedAt.is_null())
        .filter(Column::CodeExpiresAt.gt(now))
        .col_expr(Column::ExchangedAt, Expr::val(now))
        .col_expr(Column::UpdatedAt, Expr::val(now));
    Ok(system.update(update).await? > 0)
}

/// Codes of somebody whom the connection knows no more: who is linked anew is not who was handed them.
pub async fn void_codes(
    unit: &Unit,
    ctx: &Ctx,
    connection: OidcConnectionId,
    user: UserId,
) -> Result<u64, data::Error> {
    let update = Entity::update_many()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::UserId.eq(user))
        .filter(Column::ExchangedAt.is_null())
        .col_expr(Column::ExchangedAt, Expr::val(ctx.now()))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    unit.update_platform(update).await
}

/// Those that nobody can come back with; a few at a time, by whoever begins one, and more than that one.
pub async fn remove_old(system: &System, before: DateTime<Utc>) -> Result<u64, data::Error> {
    let sql = "DELETE FROM oidc_sign_ins WHERE id IN \
         (SELECT id FROM oidc_sign_ins WHERE expires_at <= $1 ORDER BY expires_at LIMIT 10)";
    system.execute(sql, vec![before.into()]).await
}
