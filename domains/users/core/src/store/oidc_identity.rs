//! Who somebody is at a provider, by what it calls them and by nothing else.

use crate::domain::oidc::MAX_CONNECTIONS;
use crate::domain::{OidcConnectionId, OidcIdentityId};
use chrono::{DateTime, Utc};
use data::{Tx, Unit, tenant_entity};
use kernel::{Ctx, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oidc_identities")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: OidcIdentityId,
    pub connection_id: OidcConnectionId,
    pub subject: String,
    pub user_id: UserId,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(record);

pub async fn insert(
    unit: &Unit,
    ctx: &Ctx,
    connection: OidcConnectionId,
    subject: &str,
    user: UserId,
) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        connection_id: Set(connection),
        subject: Set(subject.to_owned()),
        user_id: Set(user),
        ..Default::default()
    };
    unit.insert(row).await
}

/// Whether two sign-ins of one person were the first at once.
pub fn is_taken(error: &data::Error) -> bool {
    error.is_unique(
        "oidc_identities_subject",
        "oidc_identities.tenant_id, oidc_identities.connection_id, oidc_identities.subject",
    ) || error.is_unique(
        "oidc_identities_person",
        "oidc_identities.tenant_id, oidc_identities.connection_id, oidc_identities.user_id",
    )
}

pub async fn by_subject(
    tx: &Tx,
    connection: OidcConnectionId,
    subject: &str,
) -> Result<Option<Model>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::ConnectionId.eq(connection));
    found.filter(Column::Subject.eq(subject)).one().await
}

pub async fn of_person(
    tx: &Tx,
    connection: OidcConnectionId,
    user: UserId,
) -> Result<Option<Model>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::ConnectionId.eq(connection));
    found.filter(Column::UserId.eq(user)).one().await
}

/// At each of the tenant's providers, the first of them first.
pub async fn all_of(tx: &Tx, user: UserId) -> Result<Vec<Model>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::UserId.eq(user));
    found.order_by_asc(Column::CreatedAt).limit(MAX_CONNECTIONS).all().await
}

/// Whether any of the tenant's providers knows them still.
pub async fn any_of(tx: &Tx, user: UserId) -> Result<bool, data::Error> {
    Ok(tx.find::<Entity>().filter(Column::UserId.eq(user)).one().await?.is_some())
}

/// Of a person at one provider, whom it calls otherwise by now, or who was linked wrongly.
pub async fn delete_of(unit: &Unit, connection: OidcConnectionId, user: UserId) -> Result<u64, data::Error> {
    let delete = unit.delete::<Entity>().filter(Column::ConnectionId.eq(connection));
    delete.filter(Column::UserId.eq(user)).exec().await
}

/// All of a provider that is gone.
pub async fn delete_all_of(unit: &Unit, connection: OidcConnectionId) -> Result<u64, data::Error> {
    unit.delete::<Entity>().filter(Column::ConnectionId.eq(connection)).exec().await
}
