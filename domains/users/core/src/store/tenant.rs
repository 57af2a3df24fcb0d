//! Tenants: a platform table, since a tenant is what all else belongs to.

use chrono::{DateTime, Utc};
use data::{PlatformEntity, Tx, Unit};
use kernel::ctx::Mode;
use kernel::{Ctx, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ActiveValue::Set, ExprTrait, QuerySelect};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenants")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: TenantId,
    pub name: String,
    pub state: String,
    pub mode: String,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl PlatformEntity for Entity {
    const REASON: &'static str = "the directory of tenants belongs to none of them";
}

pub const ACTIVE: &str = "active";

pub fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "live",
        Mode::Test => "test",
    }
}

/// The caller's own; there is no way to another's.
pub async fn own(tx: &Tx) -> Result<Option<Model>, data::Error> {
    let select = Entity::find().filter(Column::PublicId.eq(tx.tenant())).filter(Column::DeletedAt.is_null());
    tx.platform_one(select).await
}

/// As it is now, and so it stays until the transaction ends.
pub async fn own_to_change(unit: &Unit) -> Result<Option<Model>, data::Error> {
    let select =
        Entity::find().filter(Column::PublicId.eq(unit.tenant())).filter(Column::DeletedAt.is_null());
    unit.platform_one(select.lock(LockType::NoKeyUpdate)).await
}

pub async fn insert(unit: &Unit, ctx: &Ctx, name: &str, mode: Mode) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.tenant()),
        name: Set(name.to_owned()),
        state: Set(ACTIVE.to_owned()),
        mode: Set(mode_name(mode).to_owned()),
        version: Set(1),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    unit.insert_platform(row).await
}

/// `None` when it is no longer of that version.
pub async fn rename(unit: &Unit, ctx: &Ctx, version: i64, name: &str) -> Result<Option<Model>, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(ctx.tenant()))
        .filter(Column::DeletedAt.is_null())
        .filter(Column::Version.eq(version))
        .col_expr(Column::Name, Expr::val(name))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    match unit.update_platform(update).await? {
        0 => Ok(None),
        _ => own(unit).await,
    }
}
