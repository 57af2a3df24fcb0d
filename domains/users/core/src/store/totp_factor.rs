//! Authenticators, at most one a person. A platform table: a person proves who they are once for all their tenants.

use crate::domain::TotpFactorId;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit};
use kernel::{Ctx, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ExprTrait, QueryOrder, QuerySelect, UpdateMany};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "totp_factors")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: TotpFactorId,
    pub user_id: UserId,
    pub sealed_secret: Vec<u8>,
    /// From then on it is asked for.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Codes of this step and of those before it are spent.
    pub last_step: Option<i64>,
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

pub async fn confirmed_of(system: &System, user: UserId) -> Result<Option<Model>, data::Error> {
    system.one(living_of(user).filter(Column::ConfirmedAt.is_not_null())).await
}

pub async fn of_user(tx: &Tx, user: UserId) -> Result<Option<Model>, data::Error> {
    tx.platform_one(living_of(user)).await
}

/// As it is now, and so it stays until the transaction ends.
pub async fn of_user_to_change(unit: &Unit, user: UserId) -> Result<Option<Model>, data::Error> {
    unit.platform_one(living_of(user).lock(LockType::NoKeyUpdate)).await
}

pub async fn insert(
    unit: &Unit,
    ctx: &Ctx,
    user: UserId,
    sealed_secret: Vec<u8>,
) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        user_id: Set(user),
        sealed_secret: Set(sealed_secret),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    unit.insert_platform(row).await
}

/// Whether the person has one already.
pub fn is_there(error: &data::Error) -> bool {
    error.is_unique("totp_factors_of_user", "totp_factors.user_id")
}

/// By the code of this step, which is spent with it.
pub async fn confirm(unit: &Unit, ctx: &Ctx, id: TotpFactorId, step: i64) -> Result<bool, data::Error> {
    let update = changing(ctx, id)
        .filter(Column::ConfirmedAt.is_null())
        .col_expr(Column::ConfirmedAt, Expr::val(ctx.now()))
        .col_expr(Column::LastStep, Expr::val(step));
    Ok(unit.update_platform(update).await? > 0)
}

/// `false` when a code of this step or of a later one was faster, or the factor is gone.
pub async fn spend(unit: &Unit, ctx: &Ctx, id: TotpFactorId, step: i64) -> Result<bool, data::Error> {
    let update = changing(ctx, id)
        .filter(Column::LastStep.is_null().or(Column::LastStep.lt(step)))
        .col_expr(Column::LastStep, Expr::val(step));
    Ok(unit.update_platform(update).await? > 0)
}

/// With its secret.
pub async fn delete(unit: &Unit, ctx: &Ctx, id: TotpFactorId) -> Result<bool, data::Error> {
    let update = changing(ctx, id)
        .col_expr(Column::SealedSecret, Expr::val(Vec::<u8>::new()))
        .col_expr(Column::DeletedAt, Expr::val(ctx.now()))
        .col_expr(Column::DeletedBy, Expr::val(ctx.actor().to_string()));
    Ok(unit.update_platform(update).await? > 0)
}

/// Those behind this one, in the order of their ids.
pub async fn behind(tx: &Tx, id: i64, limit: u64) -> Result<Vec<Model>, data::Error> {
    let living = Entity::find().filter(Column::Id.gt(id)).filter(Column::DeletedAt.is_null());
    tx.platform_all(living.order_by_asc(Column::Id).limit(limit)).await
}

/// The same secret, sealed anew; `false` when it was given up or set up again in the meantime.
pub async fn reseal(unit: &Unit, ctx: &Ctx, factor: &Model, sealed: Vec<u8>) -> Result<bool, data::Error> {
    let update = changing(ctx, factor.public_id)
        .filter(Column::SealedSecret.eq(factor.sealed_secret.clone()))
        .col_expr(Column::SealedSecret, Expr::val(sealed));
    Ok(unit.update_platform(update).await? > 0)
}

fn living_of(user: UserId) -> Select<Entity> {
    Entity::find().filter(Column::UserId.eq(user)).filter(Column::DeletedAt.is_null())
}

fn changing(ctx: &Ctx, id: TotpFactorId) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::DeletedAt.is_null())
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()))
}
