//! Passkeys, of which the public half is here. A platform table: a person proves who they are once for all their tenants.

use crate::domain::PasskeyId;
use crate::domain::passkey::MAX_PASSKEYS;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit};
use kernel::{Ctx, Page, PageRequest, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkeys")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: PasskeyId,
    pub user_id: UserId,
    pub name: String,
    pub credential_id: Vec<u8>,
    /// The library's record of it, with the counter.
    pub credential: String,
    pub last_used_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl PlatformEntity for Entity {
    const REASON: &'static str = "a person proves who they are before a tenant is known, and once for all";
}

pub struct NewPasskey<'a> {
    pub user: UserId,
    pub name: &'a str,
    pub credential_id: Vec<u8>,
    pub credential: String,
}

/// Whose it is said to be.
pub async fn by_credential(
    system: &System,
    user: UserId,
    credential_id: &[u8],
) -> Result<Option<Model>, data::Error> {
    system.one(living_of(user).filter(Column::CredentialId.eq(credential_id.to_vec()))).await
}

pub async fn all_of(tx: &Tx, user: UserId) -> Result<Vec<Model>, data::Error> {
    // One more than there may be is as many as that.
    tx.platform_all(living_of(user).limit(MAX_PASSKEYS as u64 + 1)).await
}

pub async fn page_of(tx: &Tx, user: UserId, request: &PageRequest) -> Result<Page<Model>, data::Error> {
    tx.platform_page(living_of(user), [Column::CreatedAt, Column::PublicId], request).await
}

pub async fn of_user(tx: &Tx, user: UserId, id: PasskeyId) -> Result<Option<Model>, data::Error> {
    tx.platform_one(living_of(user).filter(Column::PublicId.eq(id))).await
}

pub async fn insert(unit: &Unit, ctx: &Ctx, new: NewPasskey<'_>) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        user_id: Set(new.user),
        name: Set(new.name.to_owned()),
        credential_id: Set(new.credential_id),
        credential: Set(new.credential),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    unit.insert_platform(row).await
}

/// Whether somebody has registered it.
pub fn is_there(error: &data::Error) -> bool {
    error.is_unique("passkeys_credential", "passkeys.credential_id")
}

/// It has signed in, which is no change of it to its owner. `false` when another sign-in has moved its counter on since it
/// was looked at, or it is gone.
pub async fn note_use(unit: &Unit, ctx: &Ctx, before: &Model, credential: &str) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(before.public_id))
        .filter(Column::DeletedAt.is_null())
        .filter(Column::Credential.eq(&before.credential))
        .col_expr(Column::Credential, Expr::val(credential))
        .col_expr(Column::LastUsedAt, Expr::val(ctx.now()));
    Ok(unit.update_platform(update).await? > 0)
}

/// With all that is said of it. `false` when it was gone before.
pub async fn delete(unit: &Unit, ctx: &Ctx, id: PasskeyId) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::DeletedAt.is_null())
        .col_expr(Column::Name, Expr::val(""))
        .col_expr(Column::CredentialId, Expr::val(Vec::<u8>::new()))
        .col_expr(Column::Credential, Expr::val(""))
        .col_expr(Column::DeletedAt, Expr::val(ctx.now()))
        .col_expr(Column::DeletedBy, Expr::val(ctx.actor().to_string()))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    Ok(unit.update_platform(update).await? > 0)
}

fn living_of(user: UserId) -> Select<Entity> {
    Entity::find().filter(Column::UserId.eq(user)).filter(Column::DeletedAt.is_null())
}
