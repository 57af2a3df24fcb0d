//! Closings of tenants, and what was erased after them. They speak of a tenant and are there when it is gone.

use crate::domain::TenantClosureId;
use crate::domain::leaving::{ClosureState, Counts};
use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, Tx, Unit};
use kernel::{Ctx, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{QueryOrder, QuerySelect, UpdateMany};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant_closures")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: TenantClosureId,
    pub of_tenant: TenantId,
    pub requested_by: UserId,
    /// Whom to tell; none once they are told.
    pub address: Option<String>,
    pub tenant_name: Option<String>,
    pub state: String,
    pub erases_at: DateTime<Utc>,
    pub reopened_at: Option<DateTime<Utc>>,
    pub erasing_at: Option<DateTime<Utc>>,
    pub erased_at: Option<DateTime<Utc>>,
    /// As JSON.
    pub counts: Option<String>,
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
    const REASON: &'static str = "what was erased of a tenant is told when the tenant is gone";
}

impl Model {
    pub fn state(&self) -> Result<ClosureState, data::Error> {
        ClosureState::parse(&self.state).ok_or_else(|| unknown("state of a closing", &self.state))
    }

    pub fn counts(&self) -> Result<Counts, data::Error> {
        let counts = self.counts.as_deref().unwrap_or("{}");
        serde_json::from_str(counts).map_err(data::Error::internal)
    }
}

pub struct NewClosure {
    pub id: TenantClosureId,
    pub requested_by: UserId,
    pub address: Option<String>,
    pub tenant_name: String,
    pub erases_at: DateTime<Utc>,
}

/// Of the caller's tenant.
pub async fn insert(unit: &Unit, ctx: &Ctx, new: NewClosure) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(new.id),
        of_tenant: Set(ctx.tenant()),
        requested_by: Set(new.requested_by),
        address: Set(new.address),
        tenant_name: Set(Some(new.tenant_name)),
        state: Set(ClosureState::Closed.name().to_owned()),
        erases_at: Set(new.erases_at),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    unit.insert_platform(row).await
}

pub async fn by_id(tx: &Tx, id: TenantClosureId) -> Result<Option<Model>, data::Error> {
    tx.platform_one(Entity::find().filter(Column::PublicId.eq(id))).await
}

pub async fn newest_of(tx: &Tx, tenant: TenantId) -> Result<Option<Model>, data::Error> {
    tx.platform_one(of_tenant(tenant)).await
}

/// Whether a tenant whose closing they asked for is being erased, so that they are not told yet.
pub async fn is_erasing_of(tx: &Tx, person: UserId) -> Result<bool, data::Error> {
    let erasing = Entity::find()
        .filter(Column::RequestedBy.eq(person))
        .filter(Column::Address.is_not_null())
        .filter(Column::State.eq(ClosureState::Erasing.name()))
        .limit(1);
    Ok(tx.platform_one(erasing).await?.is_some())
}

/// As it is now, and so it stays until the transaction ends.
pub async fn newest_of_to_change(unit: &Unit, tenant: TenantId) -> Result<Option<Model>, data::Error> {
    unit.platform_one(of_tenant(tenant).lock(LockType::NoKeyUpdate)).await
}

/// `false`: it is not closed, or is being erased.
pub async fn reopen(unit: &Unit, ctx: &Ctx, id: TenantClosureId) -> Result<bool, data::Error> {
    let update = change(ctx, id, ClosureState::Closed, ClosureState::Reopened)
        .col_expr(Column::ReopenedAt, Expr::val(ctx.now()))
        .col_expr(Column::Address, Expr::val(None::<String>));
    Ok(unit.update_platform(update).await? > 0)
}

/// From here on nobody brings it back. `false`: somebody did.
pub async fn begin_erasing(
    unit: &Unit,
    ctx: &Ctx,
    id: TenantClosureId,
    counts: &Counts,
) -> Result<bool, data::Error> {
    let counts = serde_json::to_string(counts).map_err(data::Error::internal)?;
    let update = change(ctx, id, ClosureState::Closed, ClosureState::Erasing)
        .col_expr(Column::ErasingAt, Expr::val(ctx.now()))
        .col_expr(Column::Counts, Expr::val(counts));
    Ok(unit.update_platform(update).await? > 0)
}

/// `false`: it had ended before.
pub async fn end(
    unit: &Unit,
    ctx: &Ctx,
    id: TenantClosureId,
    certificate: &str,
) -> Result<bool, data::Error> {
    let update = change(ctx, id, ClosureState::Erasing, ClosureState::Erased)
        .col_expr(Column::ErasedAt, Expr::val(ctx.now()))
        .col_expr(Column::Certificate, Expr::val(certificate))
        .col_expr(Column::Address, Expr::val(None::<String>));
    Ok(unit.update_platform(update).await? > 0)
}

fn change(ctx: &Ctx, id: TenantClosureId, from: ClosureState, to: ClosureState) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::State.eq(from.name()))
        .col_expr(Column::State, Expr::val(to.name()))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()))
}

fn of_tenant(tenant: TenantId) -> Select<Entity> {
    Entity::find()
        .filter(Column::OfTenant.eq(tenant))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(1)
}
