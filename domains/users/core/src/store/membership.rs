//! Who belongs to which tenant, as what.

use crate::domain::{MembershipId, MembershipState};
use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit, tenant_entity};
use kernel::permission::BuiltinRole;
use kernel::{Ctx, Page, PageRequest, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, QueryOrder};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "memberships")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: MembershipId,
    pub user_id: UserId,
    pub role: String,
    pub state: String,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(resource);

impl PlatformEntity for Entity {
    const REASON: &'static str = "sign-in finds a person's tenants before it knows one";
}

impl Model {
    pub fn role(&self) -> Result<BuiltinRole, data::Error> {
        BuiltinRole::parse(&self.role).ok_or_else(|| unknown("role", &self.role))
    }

    pub fn state(&self) -> Result<MembershipState, data::Error> {
        MembershipState::parse(&self.state).ok_or_else(|| unknown("membership state", &self.state))
    }
}

pub async fn insert_active(
    unit: &Unit,
    ctx: &Ctx,
    user: UserId,
    role: BuiltinRole,
) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        user_id: Set(user),
        role: Set(role.name().to_owned()),
        state: Set(MembershipState::Active.name().to_owned()),
        ..Default::default()
    };
    unit.insert(row).await
}

pub async fn of_user(tx: &Tx, user: UserId) -> Result<Option<Model>, data::Error> {
    tx.find::<Entity>().filter(Column::UserId.eq(user)).one().await
}

/// Whose memberships these are, ended ones too.
pub async fn users_of(
    tx: &Tx,
    ids: Vec<MembershipId>,
) -> Result<BTreeMap<MembershipId, UserId>, data::Error> {
    let limit = ids.len() as u64;
    if limit == 0 {
        return Ok(BTreeMap::new());
    }
    let find = tx.find::<Entity>().with_deleted().filter(Column::PublicId.is_in(ids));
    let rows = find.limit(limit).all().await?;
    Ok(rows.into_iter().map(|row| (row.public_id, row.user_id)).collect())
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<Model>, data::Error> {
    tx.find::<Entity>().page(request).await
}

/// Any tenant of this person, the first they joined: the mail about a known address leaves in its name.
pub async fn first_tenant_of(system: &System, user: UserId) -> Result<Option<TenantId>, data::Error> {
    let select = Entity::find().filter(Column::UserId.eq(user)).order_by_asc(Column::CreatedAt);
    Ok(system.one(select).await?.map(|membership| membership.tenant_id))
}

#[derive(Debug, FromQueryResult)]
struct Found {
    tenant_id: TenantId,
    public_id: MembershipId,
}

/// The first tenant this person joined of those they may act in.
pub async fn first_active_of(
    system: &System,
    user: UserId,
) -> Result<Option<(TenantId, MembershipId)>, data::Error> {
    let sql = "SELECT m.tenant_id, m.public_id FROM memberships m JOIN tenants t ON t.public_id = m.tenant_id \
         WHERE m.user_id = $1 AND m.state = 'active' AND m.deleted_at IS NULL \
         AND t.state = 'active' AND t.deleted_at IS NULL ORDER BY m.created_at, m.public_id LIMIT 1";
    let rows = system.query_all(sql, vec![user.into()]).await?;
    let found = rows.first().map(|row| Found::from_query_result(row, "")).transpose()?;
    Ok(found.map(|found| (found.tenant_id, found.public_id)))
}
