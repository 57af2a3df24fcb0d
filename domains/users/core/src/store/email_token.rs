//! The tokens of links in mail, each with what the sign-up it was sent for said.

use crate::domain::EmailTokenId;
use crate::domain::link::MAX_TRIES;
use crate::store::tenant::mode_name;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Unit, tenant_entity};
use kernel::ctx::Mode;
use kernel::{Ctx, TenantId, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ExprTrait};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "email_tokens")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: EmailTokenId,
    pub user_id: UserId,
    pub hash: Vec<u8>,
    pub display_name: String,
    pub organization_name: String,
    pub password_hash: String,
    pub tries: i64,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
    /// Of nodes of the version before there is none.
    pub mode: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(record);

impl PlatformEntity for Entity {
    const REASON: &'static str = "whoever follows a link brings nothing but its token";
}

pub struct NewEmailToken<'a> {
    pub user: UserId,
    pub hash: [u8; 32],
    pub display_name: &'a str,
    pub organization_name: &'a str,
    pub password_hash: &'a str,
    pub mode: Mode,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert(unit: &Unit, ctx: &Ctx, token: NewEmailToken<'_>) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        user_id: Set(token.user),
        hash: Set(token.hash.to_vec()),
        display_name: Set(token.display_name.to_owned()),
        organization_name: Set(token.organization_name.to_owned()),
        password_hash: Set(token.password_hash.to_owned()),
        mode: Set(Some(mode_name(token.mode).to_owned())),
        tries: Set(0),
        expires_at: Set(token.expires_at),
        ..Default::default()
    };
    unit.insert(row).await
}

pub async fn by_hash(system: &System, hash: [u8; 32]) -> Result<Option<Model>, data::Error> {
    let select = Entity::find().filter(Column::Hash.eq(hash.to_vec())).filter(Column::DeletedAt.is_null());
    system.one(select).await
}

/// `false` when it was spent in the meantime, or tried as often as it may be.
pub async fn count_try(unit: &Unit, id: EmailTokenId) -> Result<bool, data::Error> {
    let update = unit
        .update::<Entity>()
        .set_expr(Column::Tries, Expr::col(Column::Tries).add(1))
        .filter(Column::PublicId.eq(id))
        .filter(Column::Tries.lt(MAX_TRIES))
        .filter(Column::UsedAt.is_null());
    Ok(update.exec().await? > 0)
}

/// Spends the one that was followed; `false` when somebody was faster.
pub async fn spend(unit: &Unit, ctx: &Ctx, id: EmailTokenId) -> Result<bool, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::UsedAt, ctx.now())
        .set(Column::PasswordHash, "")
        .filter(Column::PublicId.eq(id))
        .filter(Column::UsedAt.is_null());
    Ok(update.exec().await? > 0)
}

/// The address is verified: no other link that was sent to it does anything any more.
pub async fn spend_all_of(unit: &Unit, ctx: &Ctx, user: UserId) -> Result<u64, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::UsedAt, ctx.now())
        .set(Column::PasswordHash, "")
        .filter(Column::UserId.eq(user))
        .filter(Column::UsedAt.is_null());
    update.exec().await
}
