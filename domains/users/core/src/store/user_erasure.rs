//! People who are erased, and how far that has come. They speak of an id that is nobody's any more.

use crate::domain::UserErasureId;
use crate::domain::leaving::{Because, PersonState};
use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, Tx, Unit};
use kernel::{Ctx, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{QueryOrder, QuerySelect, UpdateMany};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_erasures")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: UserErasureId,
    pub user_id: UserId,
    pub because: String,
    pub state: String,
    /// Whom to erase and to tell; none once they are told.
    pub sealed_person: Option<Vec<u8>>,
    /// The last tenant that has nothing of theirs any more.
    pub done_up_to: Option<TenantId>,
    pub erased_at: Option<DateTime<Utc>>,
    pub certificate: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl PlatformEntity for Entity {
    const REASON: &'static str = "a person is erased from all their tenants, and belongs to none then";
}

impl Model {
    pub fn state(&self) -> Result<PersonState, data::Error> {
        PersonState::parse(&self.state).ok_or_else(|| unknown("state of an erased person", &self.state))
    }

    pub fn because(&self) -> Result<Because, data::Error> {
        Because::parse(&self.because).ok_or_else(|| unknown("reason to erase a person", &self.because))
    }
}

pub struct NewErasure {
    pub id: UserErasureId,
    pub user: UserId,
    pub because: Because,
    pub sealed_person: Vec<u8>,
}

pub async fn insert(unit: &Unit, ctx: &Ctx, new: NewErasure) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(new.id),
        user_id: Set(new.user),
        because: Set(new.because.name().to_owned()),
        state: Set(PersonState::Erasing.name().to_owned()),
        sealed_person: Set(Some(new.sealed_person)),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    unit.insert_platform(row).await
}

pub async fn by_id(tx: &Tx, id: UserErasureId) -> Result<Option<Model>, data::Error> {
    let living = Entity::find().filter(Column::DeletedAt.is_null());
    tx.platform_one(living.filter(Column::PublicId.eq(id))).await
}

pub async fn of_user(tx: &Tx, user: UserId) -> Result<Option<Model>, data::Error> {
    let living = Entity::find().filter(Column::DeletedAt.is_null());
    tx.platform_one(living.filter(Column::UserId.eq(user))).await
}

/// Those behind this one that are not told yet, in the order of their ids.
pub async fn behind(tx: &Tx, id: i64, limit: u64) -> Result<Vec<Model>, data::Error> {
    let untold = Entity::find().filter(Column::Id.gt(id)).filter(Column::SealedPerson.is_not_null());
    tx.platform_all(untold.order_by_asc(Column::Id).limit(limit)).await
}

/// The same person, sealed anew; `false` when they were told in the meantime.
pub async fn reseal(unit: &Unit, ctx: &Ctx, of: &Model, sealed: Vec<u8>) -> Result<bool, data::Error> {
    let update = changing(ctx, of.public_id)
        .filter(Column::SealedPerson.is_not_null())
        .col_expr(Column::SealedPerson, Expr::val(sealed));
    Ok(unit.update_platform(update).await? > 0)
}

/// Nothing of theirs is left in this tenant, and in none before it.
pub async fn advance(unit: &Unit, ctx: &Ctx, id: UserErasureId, tenant: TenantId) -> Result<(), data::Error> {
    let update = changing(ctx, id).col_expr(Column::DoneUpTo, Expr::val(tenant));
    unit.update_platform(update).await.map(drop)
}

/// `false`: it had ended before.
pub async fn end(unit: &Unit, ctx: &Ctx, id: UserErasureId, certificate: &str) -> Result<bool, data::Error> {
    let update = changing(ctx, id)
        .col_expr(Column::State, Expr::val(PersonState::Erased.name()))
        .col_expr(Column::ErasedAt, Expr::val(ctx.now()))
        .col_expr(Column::Certificate, Expr::val(certificate))
        .col_expr(Column::SealedPerson, Expr::val(None::<Vec<u8>>));
    Ok(unit.update_platform(update).await? > 0)
}

fn changing(ctx: &Ctx, id: UserErasureId) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::State.eq(PersonState::Erasing.name()))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()))
}
