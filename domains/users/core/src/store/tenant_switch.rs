//! What operators said of a feature for one tenant. It goes before the share.

use crate::domain::TenantSwitchId;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, Tx, Unit};
use kernel::{Ctx, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ExprTrait, QuerySelect};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant_switches")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: TenantSwitchId,
    pub of_tenant: TenantId,
    pub name: String,
    /// `None`: nothing any more.
    pub state: Option<String>,
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
    const REASON: &'static str = "operators say it of a tenant, and the tenant does not see it";
}

const ON: &str = "on";
const OFF: &str = "off";

/// Of these, for one tenant.
pub async fn all(tx: &Tx, tenant: TenantId, names: &[&str]) -> Result<Vec<Model>, data::Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    tx.platform_all(of_tenant(tenant).filter(Column::Name.is_in(names.iter().copied()))).await
}

pub async fn by_name(tx: &Tx, tenant: TenantId, name: &str) -> Result<Option<Model>, data::Error> {
    tx.platform_one(one(tenant, name)).await
}

/// As it is now, and so it stays until the transaction ends.
pub async fn by_name_to_change(
    unit: &Unit,
    tenant: TenantId,
    name: &str,
) -> Result<Option<Model>, data::Error> {
    unit.platform_one(one(tenant, name).lock(LockType::NoKeyUpdate)).await
}

pub async fn insert(
    unit: &Unit,
    ctx: &Ctx,
    tenant: TenantId,
    name: &str,
    on: Option<bool>,
) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        of_tenant: Set(tenant),
        name: Set(name.to_owned()),
        state: Set(on.map(|on| word(on).to_owned())),
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
    on: Option<bool>,
) -> Result<Option<Model>, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(before.public_id))
        .filter(Column::Version.eq(before.version))
        .col_expr(Column::State, Expr::val(on.map(word)))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    match unit.update_platform(update).await? {
        0 => Ok(None),
        _ => by_name(unit, before.of_tenant, &before.name).await,
    }
}

/// Whether two operators spoke of one for the first time at once.
pub fn is_there(error: &data::Error) -> bool {
    error.is_unique("tenant_switches_name", "tenant_switches.of_tenant")
}

impl Model {
    /// `None` where the share decides.
    pub fn on(&self) -> Option<bool> {
        self.state.as_deref().map(|state| state == ON)
    }
}

fn word(on: bool) -> &'static str {
    if on { ON } else { OFF }
}

fn of_tenant(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::OfTenant.eq(tenant)).filter(Column::DeletedAt.is_null())
}

fn one(tenant: TenantId, name: &str) -> Select<Entity> {
    of_tenant(tenant).filter(Column::Name.eq(name))
}
