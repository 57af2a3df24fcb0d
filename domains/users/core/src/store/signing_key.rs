//! The keys that access tokens are signed with: a platform table, since a token of any tenant is signed with the same.

use crate::domain::SigningKeyId;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit};
use kernel::Ctx;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_keys")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub public_id: SigningKeyId,
    pub generation: i64,
    pub key_id: String,
    pub public_key: Vec<u8>,
    pub sealed_private_key: Vec<u8>,
    pub signs_from: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl PlatformEntity for Entity {
    const REASON: &'static str = "tokens of all tenants are signed with the same keys";
}

/// The newest, newest first.
pub async fn newest(system: &System, limit: u64) -> Result<Vec<Model>, data::Error> {
    system.all(living().order_by_desc(Column::Generation).limit(limit)).await
}

pub struct NewKey {
    pub id: SigningKeyId,
    pub generation: i64,
    pub key_id: String,
    pub public_key: Vec<u8>,
    pub sealed_private_key: Vec<u8>,
    pub signs_from: DateTime<Utc>,
}

pub async fn insert(unit: &Unit, ctx: &Ctx, key: NewKey) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(key.id),
        generation: Set(key.generation),
        key_id: Set(key.key_id),
        public_key: Set(key.public_key),
        sealed_private_key: Set(key.sealed_private_key),
        signs_from: Set(key.signs_from),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    unit.insert_platform(row).await
}

/// Another node made the next one at the same time.
pub fn is_there(error: &data::Error) -> bool {
    error.is_unique("signing_keys_generation", "signing_keys.generation")
}

/// Those behind this one, in the order of their ids.
pub async fn behind(tx: &Tx, id: i64, limit: u64) -> Result<Vec<Model>, data::Error> {
    tx.platform_all(living().filter(Column::Id.gt(id)).order_by_asc(Column::Id).limit(limit)).await
}

/// The same key, sealed anew; `false` when somebody else did so in the meantime.
pub async fn reseal(unit: &Unit, ctx: &Ctx, key: &Model, sealed: Vec<u8>) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(key.public_id))
        .filter(Column::SealedPrivateKey.eq(key.sealed_private_key.clone()))
        .col_expr(Column::SealedPrivateKey, Expr::val(sealed))
        .col_expr(Column::UpdatedAt, Expr::val(ctx.now()));
    Ok(unit.update_platform(update).await? > 0)
}

fn living() -> Select<Entity> {
    Entity::find().filter(Column::DeletedAt.is_null())
}
