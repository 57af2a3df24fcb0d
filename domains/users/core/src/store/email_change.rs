//! Moves to another address, each until both addresses have confirmed it. A platform table: a person has one address in
//! all their tenants.

use crate::domain::{Email, EmailChangeId};
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit};
use kernel::{Ctx, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ExprTrait, QueryOrder, QuerySelect, UpdateMany};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "email_changes")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: EmailChangeId,
    pub user_id: UserId,
    pub new_email: String,
    pub new_email_key: String,
    pub old_hash: Vec<u8>,
    pub new_hash: Vec<u8>,
    pub old_confirmed_at: Option<DateTime<Utc>>,
    pub new_confirmed_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
    /// When it came about, or was given up for a later one.
    pub ended_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl PlatformEntity for Entity {
    const REASON: &'static str =
        "whoever follows the link of a change of address brings nothing but its token";
}

/// Which of the two addresses a link was sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Old,
    New,
}

impl Model {
    /// The side whose link has this hash.
    pub fn side_of(&self, hash: [u8; 32]) -> Side {
        if self.old_hash == hash { Side::Old } else { Side::New }
    }

    pub fn confirmed_at(&self, side: Side) -> Option<DateTime<Utc>> {
        match side {
            Side::Old => self.old_confirmed_at,
            Side::New => self.new_confirmed_at,
        }
    }

    pub fn is_pending(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }
}

pub struct NewEmailChange<'a> {
    pub user: UserId,
    pub new_email: &'a Email,
    pub old_hash: [u8; 32],
    pub new_hash: [u8; 32],
    pub expires_at: DateTime<Utc>,
}

pub async fn insert(unit: &Unit, ctx: &Ctx, change: NewEmailChange<'_>) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        user_id: Set(change.user),
        new_email: Set(change.new_email.as_str().to_owned()),
        new_email_key: Set(change.new_email.key()),
        old_hash: Set(change.old_hash.to_vec()),
        new_hash: Set(change.new_hash.to_vec()),
        expires_at: Set(change.expires_at),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    unit.insert_platform(row).await
}

pub async fn by_hash(system: &System, hash: [u8; 32]) -> Result<Option<Model>, data::Error> {
    let hash = hash.to_vec();
    system.one(living().filter(Column::OldHash.eq(hash.clone()).or(Column::NewHash.eq(hash)))).await
}

pub async fn by_id(tx: &Tx, id: EmailChangeId) -> Result<Option<Model>, data::Error> {
    tx.platform_one(living().filter(Column::PublicId.eq(id))).await
}

/// The one that has not ended; whether it has expired is for the caller to see.
pub async fn open_of(tx: &Tx, user: UserId) -> Result<Option<Model>, data::Error> {
    tx.platform_one(living().filter(Column::UserId.eq(user)).filter(Column::EndedAt.is_null())).await
}

/// When the last but so many was asked for, ended ones too.
pub async fn asked_at(tx: &Tx, user: UserId, before: u64) -> Result<Option<DateTime<Utc>>, data::Error> {
    let all = living().filter(Column::UserId.eq(user)).order_by_desc(Column::CreatedAt);
    Ok(tx.platform_one(all.offset(before)).await?.map(|change| change.created_at))
}

/// `false` when this side has confirmed it before, or it has ended.
pub async fn confirm(unit: &Unit, ctx: &Ctx, id: EmailChangeId, side: Side) -> Result<bool, data::Error> {
    let column = match side {
        Side::Old => Column::OldConfirmedAt,
        Side::New => Column::NewConfirmedAt,
    };
    let update = changing(ctx).filter(Column::PublicId.eq(id)).filter(column.is_null());
    Ok(unit.update_platform(update.col_expr(column, Expr::val(ctx.now()))).await? > 0)
}

/// `false` when somebody was faster.
pub async fn end(unit: &Unit, ctx: &Ctx, id: EmailChangeId) -> Result<bool, data::Error> {
    Ok(unit.update_platform(ending(ctx).filter(Column::PublicId.eq(id))).await? > 0)
}

/// No link that was sent before does anything any more. How many ended: one or none.
pub async fn end_all_of(unit: &Unit, ctx: &Ctx, user: UserId) -> Result<u64, data::Error> {
    unit.update_platform(ending(ctx).filter(Column::UserId.eq(user))).await
}

fn ending(ctx: &Ctx) -> UpdateMany<Entity> {
    changing(ctx).col_expr(Column::EndedAt, Expr::val(ctx.now()))
}

fn changing(ctx: &Ctx) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::EndedAt.is_null())
        .filter(Column::DeletedAt.is_null())
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()))
}

fn living() -> Select<Entity> {
    Entity::find().filter(Column::DeletedAt.is_null())
}
