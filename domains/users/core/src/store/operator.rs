//! Operators of the installation: a platform table, since they belong to no tenant.

use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit};
use kernel::Ctx;
use kernel::id::OperatorId;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operators")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: OperatorId,
    pub name: String,
    pub hash: Vec<u8>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl PlatformEntity for Entity {
    const REASON: &'static str = "the operators of the installation belong to no tenant";
}

/// One that is not revoked. Whether their token has expired is for the caller to see, at each use.
pub async fn by_hash(system: &System, hash: [u8; 32]) -> Result<Option<Model>, data::Error> {
    let select = Entity::find().filter(Column::Hash.eq(hash.to_vec())).filter(Column::RevokedAt.is_null());
    system.one(select).await
}

pub async fn by_id(system: &System, id: OperatorId) -> Result<Option<Model>, data::Error> {
    system.one(Entity::find().filter(Column::PublicId.eq(id))).await
}

/// Within the nil tenant, where it is this one who asks.
pub async fn by_id_here(tx: &Tx, id: OperatorId) -> Result<Option<Model>, data::Error> {
    tx.platform_one(Entity::find().filter(Column::PublicId.eq(id))).await
}

impl Model {
    pub fn may_act(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

pub struct NewOperator<'a> {
    pub name: &'a str,
    pub hash: [u8; 32],
    pub expires_at: DateTime<Utc>,
}

pub async fn insert(unit: &Unit, ctx: &Ctx, new: NewOperator<'_>) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        name: Set(new.name.to_owned()),
        hash: Set(new.hash.to_vec()),
        expires_at: Set(new.expires_at),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    unit.insert_platform(row).await
}

/// Newest first, at most so many.
pub async fn newest(tx: &Tx, limit: u64) -> Result<Vec<Model>, data::Error> {
    let select = Entity::find().order_by_desc(Column::CreatedAt).order_by_desc(Column::PublicId);
    tx.platform_all(select.limit(limit)).await
}

/// As it is now, and so it stays until the transaction ends.
pub async fn by_id_to_change(unit: &Unit, id: OperatorId) -> Result<Option<Model>, data::Error> {
    let select = Entity::find().filter(Column::PublicId.eq(id));
    unit.platform_one(select.lock(LockType::NoKeyUpdate)).await
}

/// `false` when it was revoked before.
pub async fn revoke(unit: &Unit, ctx: &Ctx, id: OperatorId) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::RevokedAt.is_null())
        .col_expr(Column::RevokedAt, Expr::val(ctx.now()))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    Ok(unit.update_platform(update).await? > 0)
}
