//! What operators decide for all tenants: one row, which is there from the beginning.

use crate::app::SignUpPolicy;
use crate::domain::InstallationId;
use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit};
use kernel::Ctx;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ExprTrait, QuerySelect};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "installation")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: InstallationId,
    pub only_one: i64,
    /// `None`: as configured.
    pub sign_up: Option<String>,
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
    const REASON: &'static str = "what is decided for all tenants belongs to none of them";
}

impl Model {
    pub fn sign_up(&self) -> Result<Option<SignUpPolicy>, data::Error> {
        let parse = |word: &str| SignUpPolicy::parse(word).ok_or_else(|| unknown("sign-up policy", word));
        self.sign_up.as_deref().map(parse).transpose()
    }
}

pub async fn row(tx: &Tx) -> Result<Model, data::Error> {
    tx.platform_one(living()).await?.ok_or_else(missing)
}

/// For who is not signed in yet.
pub async fn row_of_all(system: &System) -> Result<Model, data::Error> {
    system.one(living()).await?.ok_or_else(missing)
}

/// As it is now, and so it stays until the transaction ends.
pub async fn to_change(unit: &Unit) -> Result<Model, data::Error> {
    unit.platform_one(living().lock(LockType::NoKeyUpdate)).await?.ok_or_else(missing)
}

/// `None` when it is no longer of that version.
pub async fn set_sign_up(
    unit: &Unit,
    ctx: &Ctx,
    before: &Model,
    sign_up: Option<SignUpPolicy>,
) -> Result<Option<Model>, data::Error> {
    let update = Entity::update_many()
        .filter(Column::Version.eq(before.version))
        .col_expr(Column::SignUp, Expr::val(sign_up.map(SignUpPolicy::name)))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    match unit.update_platform(update).await? {
        0 => Ok(None),
        _ => row(unit).await.map(Some),
    }
}

fn living() -> Select<Entity> {
    Entity::find().filter(Column::DeletedAt.is_null())
}

fn missing() -> data::Error {
    data::Error::internal("the row of the installation is gone")
}
