//! Challenges that wait for their answer, each good once. A platform table: who signs in has said neither name nor tenant.

use crate::domain::CeremonyId;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit};
use kernel::{Ctx, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey_ceremonies")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: CeremonyId,
    /// Who registers; nobody where somebody signs in.
    pub user_id: Option<UserId>,
    pub sealed_state: Vec<u8>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl PlatformEntity for Entity {
    const REASON: &'static str = "who signs in with a passkey has said neither name nor tenant";
}

pub struct NewCeremony {
    pub id: CeremonyId,
    pub user: Option<UserId>,
    pub sealed_state: Vec<u8>,
    pub expires_at: DateTime<Utc>,
}

/// Of a registration.
pub async fn insert(unit: &Unit, ctx: &Ctx, new: NewCeremony) -> Result<(), data::Error> {
    unit.insert_platform(row(new, ctx.now())).await.map(drop)
}

/// Of a sign-in, for whoever asks.
pub async fn insert_for_anybody(
    system: &System,
    now: DateTime<Utc>,
    new: NewCeremony,
) -> Result<(), data::Error> {
    system.insert(row(new, now)).await.map(drop)
}

/// Of a registration of theirs.
pub async fn of_user(
    tx: &Tx,
    id: CeremonyId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Option<Model>, data::Error> {
    tx.platform_one(open(id, now).filter(Column::UserId.eq(user))).await
}

/// Of a sign-in.
pub async fn of_anybody(
    system: &System,
    id: CeremonyId,
    now: DateTime<Utc>,
) -> Result<Option<Model>, data::Error> {
    system.one(open(id, now).filter(Column::UserId.is_null())).await
}

/// `false` when somebody was faster, or it has expired.
pub async fn spend(unit: &Unit, ctx: &Ctx, id: CeremonyId) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(ctx.now()))
        .col_expr(Column::UsedAt, Expr::val(ctx.now()))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    Ok(unit.update_platform(update).await? > 0)
}

/// Those that nobody can answer any more; a few at a time, by whoever begins one, and more than that one.
pub async fn remove_old(system: &System, now: DateTime<Utc>) -> Result<u64, data::Error> {
    let sql = "DELETE FROM passkey_ceremonies WHERE id IN \
         (SELECT id FROM passkey_ceremonies WHERE expires_at <= $1 ORDER BY expires_at LIMIT 10)";
    system.execute(sql, vec![now.into()]).await
}

fn row(new: NewCeremony, now: DateTime<Utc>) -> ActiveModel {
    ActiveModel {
        public_id: Set(new.id),
        user_id: Set(new.user),
        sealed_state: Set(new.sealed_state),
        expires_at: Set(new.expires_at),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    }
}

fn open(id: CeremonyId, now: DateTime<Utc>) -> Select<Entity> {
    Entity::find()
        .filter(Column::PublicId.eq(id))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
}
