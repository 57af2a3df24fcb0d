//! For how many tenants a feature is on. One that operators said nothing of has no row.

use crate::domain::SwitchId;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, Tx, Unit};
use kernel::Ctx;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ExprTrait, QuerySelect};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "switches")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: SwitchId,
    pub name: String,
    pub share_percent: i64,
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
    const REASON: &'static str = "for how many tenants a feature is on belongs to none of them";
}

/// Of these.
pub async fn all(tx: &Tx, names: &[&str]) -> Result<Vec<Model>, data::Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    tx.platform_all(living().filter(Column::Name.is_in(names.iter().copied()))).await
}

pub async fn by_name(tx: &Tx, name: &str) -> Result<Option<Model>, data::Error> {
    tx.platform_one(living().filter(Column::Name.eq(name))).await
}

/// As it is now, and so it stays until the transaction ends.
pub async fn by_name_to_change(unit: &Unit, name: &str) -> Result<Option<Model>, data::Error> {
    unit.platform_one(living().filter(Column::Name.eq(name)).lock(LockType::NoKeyUpdate)).await
}

pub async fn insert(unit: &Unit, ctx: &Ctx, name: &str, share_percent: u8) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        name: Set(name.to_owned()),
        share_percent: Set(i64::from(share_percent)),
        version: Set(1),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    unit.insert_platform(row).await
}

/// `None` when it is no longer of that version.
pub async fn set(
    unit: &Unit,
    ctx: &Ctx,
    before: &Model,
    share_percent: u8,
) -> Result<Option<Model>, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(before.public_id))
        .filter(Column::Version.eq(before.version))
        .col_expr(Column::SharePercent, Expr::val(i64::from(share_percent)))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    match unit.update_platform(update).await? {
        0 => Ok(None),
        _ => by_name(unit, &before.name).await,
    }
}

/// Whether two operators spoke of one for the first time at once.
pub fn is_there(error: &data::Error) -> bool {
    error.is_unique("switches_name", "switches.name")
}

impl Model {
    /// What a row cannot hold is as good as none.
    pub fn share(&self) -> u8 {
        u8::try_from(self.share_percent).unwrap_or_default()
    }
}

fn living() -> Select<Entity> {
    Entity::find().filter(Column::DeletedAt.is_null())
}
