//! Recovery codes, each as a keyed hash. A platform table, as the authenticators they stand in for.

use crate::domain::RecoveryCodeId;
use crate::domain::recovery_code::COUNT;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit};
use kernel::{Ctx, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_codes")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: RecoveryCodeId,
    pub user_id: UserId,
    pub hash: Vec<u8>,
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
    const REASON: &'static str = "a person proves who they are before a tenant is known, and once for all";
}

pub async fn unused_of(system: &System, user: UserId) -> Result<Vec<Model>, data::Error> {
    system.all(unused(user)).await
}

pub async fn count_unused(tx: &Tx, user: UserId) -> Result<usize, data::Error> {
    Ok(tx.platform_all(unused(user)).await?.len())
}

pub async fn insert(unit: &Unit, ctx: &Ctx, user: UserId, hash: [u8; 32]) -> Result<(), data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        user_id: Set(user),
        hash: Set(hash.to_vec()),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    unit.insert_platform(row).await.map(drop)
}

/// `false` when somebody was faster, or the code has ended.
pub async fn spend(unit: &Unit, ctx: &Ctx, id: RecoveryCodeId) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::UsedAt.is_null())
        .filter(Column::DeletedAt.is_null())
        .col_expr(Column::UsedAt, Expr::val(ctx.now()))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    Ok(unit.update_platform(update).await? > 0)
}

pub async fn delete_all_of(unit: &Unit, ctx: &Ctx, user: UserId) -> Result<u64, data::Error> {
    let update = Entity::update_many()
        .filter(Column::UserId.eq(user))
        .filter(Column::DeletedAt.is_null())
        .col_expr(Column::DeletedAt, Expr::val(ctx.now()))
        .col_expr(Column::DeletedBy, Expr::val(ctx.actor().to_string()))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    unit.update_platform(update).await
}

fn unused(user: UserId) -> Select<Entity> {
    let living = Entity::find().filter(Column::UserId.eq(user)).filter(Column::DeletedAt.is_null());
    living.filter(Column::UsedAt.is_null()).limit(COUNT as u64)
}
