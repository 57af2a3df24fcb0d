//! Links by which a new password is chosen. A platform table: a person has one password in all their tenants.

use crate::domain::PasswordResetId;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Unit};
use kernel::{Ctx, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{QuerySelect, UpdateMany};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "password_resets")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: PasswordResetId,
    pub user_id: UserId,
    pub hash: Vec<u8>,
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
    const REASON: &'static str = "whoever follows the link of a reset brings nothing but its token";
}

pub async fn insert(
    unit: &Unit,
    ctx: &Ctx,
    user: UserId,
    hash: [u8; 32],
    expires_at: DateTime<Utc>,
) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        user_id: Set(user),
        hash: Set(hash.to_vec()),
        expires_at: Set(expires_at),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    unit.insert_platform(row).await
}

pub async fn by_hash(system: &System, hash: [u8; 32]) -> Result<Option<Model>, data::Error> {
    let select = Entity::find().filter(Column::Hash.eq(hash.to_vec())).filter(Column::DeletedAt.is_null());
    system.one(select).await
}

/// How many of theirs are good for longer than until then; no more than so many are looked at.
pub async fn good_until(
    unit: &Unit,
    user: UserId,
    until: DateTime<Utc>,
    most: usize,
) -> Result<usize, data::Error> {
    let found = Entity::find()
        .filter(Column::UserId.eq(user))
        .filter(Column::UsedAt.is_null())
        .filter(Column::DeletedAt.is_null())
        .filter(Column::ExpiresAt.gt(until))
        .limit(most as u64);
    Ok(unit.platform_all(found).await?.len())
}

/// `false` when somebody was faster.
pub async fn spend(unit: &Unit, ctx: &Ctx, id: PasswordResetId) -> Result<bool, data::Error> {
    Ok(unit.update_platform(spending(ctx).filter(Column::PublicId.eq(id))).await? > 0)
}

/// No link that was sent before does anything any more.
pub async fn spend_all_of(unit: &Unit, ctx: &Ctx, user: UserId) -> Result<u64, data::Error> {
    unit.update_platform(spending(ctx).filter(Column::UserId.eq(user))).await
}

fn spending(ctx: &Ctx) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::UsedAt.is_null())
        .col_expr(Column::UsedAt, Expr::val(ctx.now()))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()))
}
