//! People: a platform table, since one person may be a member of several tenants and has one address and password.

use crate::domain::Email;
use chrono::{DateTime, Utc};
use data::tables::ERASED;
use data::{PlatformEntity, System, Tx, Unit};
use kernel::{Ctx, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, LockType};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: UserId,
    pub email: String,
    pub email_key: String,
    pub email_verified_at: Option<DateTime<Utc>>,
    pub display_name: String,
    pub password_hash: String,
    pub sessions_ended_at: Option<DateTime<Utc>>,
    /// Since when a password, which only a reset can have brought, asks for a recovery code beside it.
    pub passkey_only_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl PlatformEntity for Entity {
    const REASON: &'static str = "a person may belong to several tenants, and signs in before one is known";
}

pub struct NewUser<'a> {
    pub id: UserId,
    pub email: &'a Email,
    pub display_name: &'a str,
    pub password_hash: &'a str,
}

pub async fn by_email(system: &System, email: &Email) -> Result<Option<Model>, data::Error> {
    system.one(living().filter(Column::EmailKey.eq(email.key()))).await
}

/// Who is found by a token of theirs.
pub async fn of_id(system: &System, id: UserId) -> Result<Option<Model>, data::Error> {
    system.one(living().filter(Column::PublicId.eq(id))).await
}

/// Within a unit, so that it is as it was found until the unit ends where it is changed. What is told of it is for the
/// caller to bound: whose address is known is nobody's business.
pub async fn by_email_here(tx: &Tx, email: &Email) -> Result<Option<Model>, data::Error> {
    tx.platform_one(living().filter(Column::EmailKey.eq(email.key()))).await
}

/// Of a member whose membership the caller has found in their own tenant.
pub async fn by_id(tx: &Tx, id: UserId) -> Result<Option<Model>, data::Error> {
    tx.platform_one(living().filter(Column::PublicId.eq(id))).await
}

/// Of somebody who has proved who they are: as they are now, and so they stay until the transaction ends.
pub async fn by_id_to_change(unit: &Unit, id: UserId) -> Result<Option<Model>, data::Error> {
    unit.platform_one(living().filter(Column::PublicId.eq(id)).lock(LockType::NoKeyUpdate)).await
}

/// Of members whose memberships the caller has found in their own tenant.
pub async fn by_ids(tx: &Tx, ids: Vec<UserId>) -> Result<BTreeMap<UserId, Model>, data::Error> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let users = tx.platform_all(living().filter(Column::PublicId.is_in(ids))).await?;
    Ok(users.into_iter().map(|user| (user.public_id, user)).collect())
}

/// The same of several addresses, in lower case.
pub async fn by_email_keys(tx: &Tx, keys: Vec<String>) -> Result<Vec<Model>, data::Error> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    tx.platform_all(living().filter(Column::EmailKey.is_in(keys))).await
}

pub async fn insert(unit: &Unit, ctx: &Ctx, user: NewUser<'_>) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(user.id),
        email: Set(user.email.as_str().to_owned()),
        email_key: Set(user.email.key()),
        display_name: Set(user.display_name.to_owned()),
        password_hash: Set(user.password_hash.to_owned()),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    unit.insert_platform(row).await
}

/// Whether two sign-ups raced for one address.
pub fn is_taken(error: &data::Error) -> bool {
    error.is_unique("users_email", "users.email_key")
}

/// `false` when the address was verified before.
pub async fn verify(
    unit: &Unit,
    ctx: &Ctx,
    id: UserId,
    display_name: &str,
    password_hash: &str,
) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::DeletedAt.is_null())
        .filter(Column::EmailVerifiedAt.is_null())
        .col_expr(Column::EmailVerifiedAt, Expr::val(ctx.now()))
        .col_expr(Column::DisplayName, Expr::val(display_name))
        .col_expr(Column::PasswordHash, Expr::val(password_hash))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    Ok(unit.update_platform(update).await? > 0)
}

/// Whether the password is still the one that was proved; it stays so until the transaction ends. Whoever is to hash it
/// anew changes the row, so `to_change` waits for its turn.
pub async fn still_has_password(unit: &Unit, of: &Model, to_change: bool) -> Result<bool, data::Error> {
    let lock = if to_change { LockType::NoKeyUpdate } else { LockType::Share };
    let select = living().filter(Column::PublicId.eq(of.public_id)).lock(lock);
    Ok(unit.platform_one(select).await?.is_some_and(|now| now.password_hash == of.password_hash))
}

/// Whether the address is still theirs; it stays so until the transaction ends.
pub async fn still_has_address(unit: &Unit, of: &Model) -> Result<bool, data::Error> {
    let select = living().filter(Column::PublicId.eq(of.public_id)).lock(LockType::Share);
    Ok(unit.platform_one(select).await?.is_some_and(|now| now.email_key == of.email_key))
}

/// Another address, which has been proved. `false` when they have another one already than was looked at.
pub async fn change_email(unit: &Unit, ctx: &Ctx, of: &Model, email: &Email) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(of.public_id))
        .filter(Column::DeletedAt.is_null())
        .filter(Column::EmailKey.eq(&of.email_key))
        .col_expr(Column::Email, Expr::val(email.as_str()))
        .col_expr(Column::EmailKey, Expr::val(email.key()))
        .col_expr(Column::EmailVerifiedAt, Expr::val(ctx.now()))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    Ok(unit.update_platform(update).await? > 0)
}

/// Who signed up and never proved the address, which is somebody else's: nothing of it stays. `false` when they have.
pub async fn delete_unproved(unit: &Unit, ctx: &Ctx, id: UserId) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::DeletedAt.is_null())
        .filter(Column::EmailVerifiedAt.is_null())
        .col_expr(Column::Email, Expr::val(ERASED))
        .col_expr(Column::EmailKey, Expr::val(ERASED))
        .col_expr(Column::DisplayName, Expr::val(ERASED))
        .col_expr(Column::PasswordHash, Expr::val(ERASED))
        .col_expr(Column::DeletedAt, Expr::val(ctx.now()))
        .col_expr(Column::DeletedBy, Expr::val(ctx.actor().to_string()))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    Ok(unit.update_platform(update).await? > 0)
}

/// The row stays, since others point at its id, and says of nobody anything any more; the address is free. `false` when that
/// was done before.
pub async fn become_nobody(unit: &Unit, ctx: &Ctx, id: UserId) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::DeletedAt.is_null())
        .col_expr(Column::Email, Expr::val(ERASED))
        .col_expr(Column::EmailKey, Expr::val(ERASED))
        .col_expr(Column::DisplayName, Expr::val(ERASED))
        .col_expr(Column::PasswordHash, Expr::val(ERASED))
        .col_expr(Column::EmailVerifiedAt, Expr::val(None::<DateTime<Utc>>))
        .col_expr(Column::PasskeyOnlyAt, Expr::val(None::<DateTime<Utc>>))
        .col_expr(Column::SessionsEndedAt, Expr::val(ctx.now()))
        .col_expr(Column::DeletedAt, Expr::val(ctx.now()))
        .col_expr(Column::DeletedBy, Expr::val(ctx.actor().to_string()))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    Ok(unit.update_platform(update).await? > 0)
}

/// Another password; every session that was opened before it ends. `false` when it is not the one that was proved.
pub async fn change_password(
    unit: &Unit,
    ctx: &Ctx,
    id: UserId,
    proved: Option<&str>,
    hash: &str,
) -> Result<bool, data::Error> {
    let mut update = Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::DeletedAt.is_null())
        .col_expr(Column::PasswordHash, Expr::val(hash))
        .col_expr(Column::SessionsEndedAt, Expr::val(ctx.now()))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    if let Some(proved) = proved {
        update = update.filter(Column::PasswordHash.eq(proved));
    }
    Ok(unit.update_platform(update).await? > 0)
}

/// From now on passkeys let them in, and no password that they know; nor does a session that one has opened.
pub async fn begin_passkey_only(
    unit: &Unit,
    ctx: &Ctx,
    id: UserId,
    void_hash: &str,
) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::DeletedAt.is_null())
        .col_expr(Column::PasswordHash, Expr::val(void_hash))
        .col_expr(Column::PasskeyOnlyAt, Expr::val(ctx.now()))
        .col_expr(Column::SessionsEndedAt, Expr::val(ctx.now()))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    Ok(unit.update_platform(update).await? > 0)
}

/// Every session that was opened before now, in whichever tenant, as by another password.
pub async fn end_sessions(unit: &Unit, ctx: &Ctx, id: UserId) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::DeletedAt.is_null())
        .col_expr(Column::SessionsEndedAt, Expr::val(ctx.now()))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    Ok(unit.update_platform(update).await? > 0)
}

/// A password lets them in again.
pub async fn end_passkey_only(unit: &Unit, ctx: &Ctx, id: UserId) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(id))
        .filter(Column::DeletedAt.is_null())
        .filter(Column::PasskeyOnlyAt.is_not_null())
        .col_expr(Column::PasskeyOnlyAt, Expr::val(None::<DateTime<Utc>>))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    Ok(unit.update_platform(update).await? > 0)
}

/// The same password, hashed anew; nothing happens when another was chosen in the meantime.
pub async fn renew_hash(unit: &Unit, ctx: &Ctx, of: &Model, hash: &str) -> Result<(), data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(of.public_id))
        .filter(Column::DeletedAt.is_null())
        .filter(Column::PasswordHash.eq(&of.password_hash))
        .col_expr(Column::PasswordHash, Expr::val(hash))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    unit.update_platform(update).await.map(drop)
}

fn living() -> Select<Entity> {
    Entity::find().filter(Column::DeletedAt.is_null())
}
