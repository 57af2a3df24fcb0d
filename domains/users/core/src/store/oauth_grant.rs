//! What members let clients do for them, until they take it back.

use crate::domain::{MembershipId, OauthClientId, OauthGrantId};
use crate::store::oauth_client::to_json;
use chrono::{DateTime, Utc};
use data::{Tx, Unit, tenant_entity};
use kernel::{Ctx, Page, PageRequest, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_grants")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: OauthGrantId,
    pub membership_id: MembershipId,
    pub client_id: OauthClientId,
    pub scopes: String,
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
    membership: MembershipId,
    client: OauthClientId,
    scopes: &[String],
) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        membership_id: Set(membership),
        client_id: Set(client),
        scopes: Set(to_json(scopes)?),
        ..Default::default()
    };
    unit.insert(row).await
}

/// Whether another consent of the same member was faster.
pub fn is_there(error: &data::Error) -> bool {
    error.is_unique("oauth_grants_once", "oauth_grants.client_id")
}

pub async fn widen(unit: &Unit, id: OauthGrantId, scopes: &[String]) -> Result<Option<Model>, data::Error> {
    let update = unit.update::<Entity>().filter(Column::PublicId.eq(id));
    Ok(update.set(Column::Scopes, to_json(scopes)?).returning().await?.pop())
}

pub async fn of_member(
    tx: &Tx,
    membership: MembershipId,
    id: OauthGrantId,
) -> Result<Option<Model>, data::Error> {
    tx.by_id::<Entity, _>(id).filter(Column::MembershipId.eq(membership)).one().await
}

/// As it is now, and so it stays until the transaction ends.
pub async fn to_change(
    unit: &Unit,
    membership: MembershipId,
    client: OauthClientId,
) -> Result<Option<Model>, data::Error> {
    let found = unit.find::<Entity>().filter(Column::MembershipId.eq(membership));
    found.filter(Column::ClientId.eq(client)).to_change().one().await
}

/// The same for whoever counts on its being there.
pub async fn to_keep(
    unit: &Unit,
    membership: MembershipId,
    client: OauthClientId,
) -> Result<Option<Model>, data::Error> {
    let found = unit.find::<Entity>().filter(Column::MembershipId.eq(membership));
    found.filter(Column::ClientId.eq(client)).to_keep().one().await
}

pub async fn page(
    tx: &Tx,
    membership: MembershipId,
    request: &PageRequest,
) -> Result<Page<Model>, data::Error> {
    tx.find::<Entity>().filter(Column::MembershipId.eq(membership)).page(request).await
}

/// `None` when it was taken back before.
pub async fn delete(unit: &Unit, id: OauthGrantId) -> Result<Option<Model>, data::Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).returning().await?.pop())
}

pub async fn delete_all_of(unit: &Unit, membership: MembershipId) -> Result<u64, data::Error> {
    unit.delete::<Entity>().filter(Column::MembershipId.eq(membership)).exec().await
}

pub async fn delete_all_to(unit: &Unit, client: OauthClientId) -> Result<u64, data::Error> {
    unit.delete::<Entity>().filter(Column::ClientId.eq(client)).exec().await
}
