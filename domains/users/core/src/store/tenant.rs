//! Tenants: a platform table, since a tenant is what all else belongs to.

use crate::domain::TenantState;
use crate::domain::invitation_mails::Mailed;
use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit};
use kernel::ctx::Mode;
use kernel::{Ctx, Page, PageRequest, TenantId};
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
    /// This and `max_members` are limits of its own, which operators set.
    pub requests_per_minute: Option<i64>,
    pub max_members: Option<i64>,
    pub suspension_reason: Option<String>,
    /// It is suspended too, for nodes that do not know of closing.
    pub closed_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
    /// By how many letters it has asked people in, and since when.
    pub invitation_mails: Option<i64>,
    pub invitation_mails_since: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl PlatformEntity for Entity {
    const REASON: &'static str = "the directory of tenants belongs to none of them";
}

pub const ACTIVE: &str = "active";
const SUSPENDED: &str = "suspended";

impl Model {
    pub fn state(&self) -> Result<TenantState, data::Error> {
        if self.closed_at.is_some() {
            return Ok(TenantState::Closed);
        }
        TenantState::parse(&self.state).ok_or_else(|| unknown("state of a tenant", &self.state))
    }

    /// Whether anything of it passes.
    pub fn is_active(&self) -> bool {
        self.state == ACTIVE
    }

    /// Of late.
    pub fn mailed(&self, now: DateTime<Utc>) -> Mailed {
        Mailed::of(self.invitation_mails, self.invitation_mails_since, now)
    }
}

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

/// What the sign-up said whose link was followed. The tenant must be held.
pub async fn settle(
    unit: &Unit,
    ctx: &Ctx,
    before: &Model,
    name: &str,
    mode: &str,
) -> Result<(), data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(before.public_id))
        .filter(Column::DeletedAt.is_null())
        .col_expr(Column::Name, Expr::val(name))
        .col_expr(Column::Mode, Expr::val(mode))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    unit.update_platform(update).await.map(drop)
}

/// The tenant must be held. Nothing of it that anybody is shown is another by it, so its version stays.
pub async fn set_mailed(unit: &Unit, mailed: Mailed) -> Result<(), data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(unit.tenant()))
        .filter(Column::DeletedAt.is_null())
        .col_expr(Column::InvitationMails, Expr::val(mailed.sent))
        .col_expr(Column::InvitationMailsSince, Expr::val(mailed.since));
    unit.update_platform(update).await.map(drop)
}

/// Any tenant: for those who operate the installation.
pub async fn by_id(tx: &Tx, id: TenantId) -> Result<Option<Model>, data::Error> {
    tx.platform_one(living().filter(Column::PublicId.eq(id))).await
}

/// The same as it is now, and so it stays until the transaction ends.
pub async fn by_id_to_change(unit: &Unit, id: TenantId) -> Result<Option<Model>, data::Error> {
    unit.platform_one(living().filter(Column::PublicId.eq(id)).lock(LockType::NoKeyUpdate)).await
}

/// Of all tenants.
pub async fn page(
    tx: &Tx,
    state: Option<TenantState>,
    request: &PageRequest,
) -> Result<Page<Model>, data::Error> {
    let mut select = living();
    select = match state {
        None => select,
        Some(TenantState::Closed) => {
            select.filter(Column::State.eq(SUSPENDED)).filter(Column::ClosedAt.is_not_null())
        }
        Some(state) => select.filter(Column::State.eq(state.name())).filter(Column::ClosedAt.is_null()),
    };
    tx.platform_page(select, [Column::CreatedAt, Column::PublicId], request).await
}

/// What an operator decides of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    pub state: TenantState,
    pub suspension_reason: Option<String>,
    pub requests_per_minute: Option<i64>,
    pub max_members: Option<i64>,
}

/// `None` when it is no longer of that version.
pub async fn set_terms(
    unit: &Unit,
    ctx: &Ctx,
    before: &Model,
    terms: &Terms,
) -> Result<Option<Model>, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(before.public_id))
        .filter(Column::DeletedAt.is_null())
        .filter(Column::Version.eq(before.version))
        .col_expr(Column::State, Expr::val(stored(terms.state)))
        .col_expr(Column::SuspensionReason, Expr::val(terms.suspension_reason.clone()))
        .col_expr(Column::RequestsPerMinute, Expr::val(terms.requests_per_minute))
        .col_expr(Column::MaxMembers, Expr::val(terms.max_members))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    match unit.update_platform(update).await? {
        0 => Ok(None),
        _ => by_id(unit, before.public_id).await,
    }
}

/// Nothing of it passes from now on. `None` when it is no longer of that version.
pub async fn close(unit: &Unit, ctx: &Ctx, before: &Model) -> Result<Option<Model>, data::Error> {
    set_closed(unit, ctx, before, SUSPENDED, Some(ctx.now())).await
}

pub async fn reopen(unit: &Unit, ctx: &Ctx, before: &Model) -> Result<Option<Model>, data::Error> {
    set_closed(unit, ctx, before, ACTIVE, None).await
}

async fn set_closed(
    unit: &Unit,
    ctx: &Ctx,
    before: &Model,
    state: &str,
    closed_at: Option<DateTime<Utc>>,
) -> Result<Option<Model>, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(before.public_id))
        .filter(Column::DeletedAt.is_null())
        .filter(Column::Version.eq(before.version))
        .col_expr(Column::State, Expr::val(state))
        .col_expr(Column::ClosedAt, Expr::val(closed_at))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    match unit.update_platform(update).await? {
        0 => Ok(None),
        _ => by_id(unit, before.public_id).await,
    }
}

/// The directory's own rows of a tenant whose others are gone.
pub async fn remove(system: &System, id: TenantId) -> Result<(), data::Error> {
    system.execute("DELETE FROM tenant_switches WHERE of_tenant = $1", vec![id.into()]).await?;
    system.execute("DELETE FROM tenants WHERE public_id = $1", vec![id.into()]).await?;
    Ok(())
}

fn stored(state: TenantState) -> &'static str {
    match state {
        TenantState::Active => ACTIVE,
        TenantState::Suspended | TenantState::Closed => SUSPENDED,
    }
}

fn living() -> Select<Entity> {
    Entity::find().filter(Column::DeletedAt.is_null())
}
