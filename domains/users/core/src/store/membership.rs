//! Who belongs to which tenant, as what.

use crate::domain::{MembershipId, MembershipState, RoleId, RoleRef};
use crate::store::{builtin_role, unknown};
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit, tenant_entity};
use kernel::id::CredentialId;
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
    pub role_id: Option<RoleId>,
    pub manager_id: Option<MembershipId>,
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
    pub fn role(&self) -> Result<RoleRef, data::Error> {
        let builtin = builtin_role(&self.role)?;
        Ok(RoleRef::from_columns(builtin, self.role_id))
    }

    pub fn state(&self) -> Result<MembershipState, data::Error> {
        MembershipState::parse(&self.state).ok_or_else(|| unknown("membership state", &self.state))
    }
}

pub async fn insert_active(
    unit: &Unit,
    ctx: &Ctx,
    user: UserId,
    role: RoleRef,
) -> Result<Model, data::Error> {
    let (builtin, role_id) = role.columns();
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        user_id: Set(user),
        role: Set(builtin.name().to_owned()),
        role_id: Set(role_id),
        state: Set(MembershipState::Active.name().to_owned()),
        ..Default::default()
    };
    unit.insert(row).await
}

pub async fn by_id(tx: &Tx, id: MembershipId) -> Result<Option<Model>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await
}

/// As it is now, and so it stays until the transaction ends.
pub async fn by_id_to_change(unit: &Unit, id: MembershipId) -> Result<Option<Model>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await
}

/// Whatever it is, it stays so until the transaction ends.
pub async fn by_id_to_keep(unit: &Unit, id: MembershipId) -> Result<Option<Model>, data::Error> {
    unit.by_id::<Entity, _>(id).to_keep().one().await
}

pub async fn of_user_to_change(unit: &Unit, user: UserId) -> Result<Option<Model>, data::Error> {
    unit.find::<Entity>().filter(Column::UserId.eq(user)).to_change().one().await
}

/// Of who may act; they may until the transaction ends.
pub async fn to_act(unit: &Unit, id: MembershipId) -> Result<Option<Model>, data::Error> {
    let found = unit.by_id::<Entity, _>(id).filter(Column::State.eq(MembershipState::Active.name()));
    found.to_keep().one().await
}

pub async fn of_user_to_act(unit: &Unit, user: UserId) -> Result<Option<Model>, data::Error> {
    let found = unit.find::<Entity>().filter(Column::UserId.eq(user));
    found.filter(Column::State.eq(MembershipState::Active.name())).to_keep().one().await
}

/// `None` when it is no longer of that version.
pub async fn change(
    unit: &Unit,
    before: &Model,
    role: RoleRef,
    manager: Option<MembershipId>,
    state: MembershipState,
) -> Result<Option<Model>, data::Error> {
    let (builtin, role_id) = role.columns();
    let update = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(before.public_id))
        .filter(Column::Version.eq(before.version))
        .set(Column::Role, builtin.name())
        .set(Column::RoleId, role_id)
        .set(Column::ManagerId, manager)
        .set(Column::State, state.name());
    Ok(update.returning().await?.pop())
}

/// Counted while the tenant is held, so that no two owners leave at once.
pub async fn active_owners(unit: &Unit) -> Result<u64, data::Error> {
    let owners = unit
        .find::<Entity>()
        .filter(Column::Role.eq(BuiltinRole::Owner.name()))
        .filter(Column::RoleId.is_null())
        .filter(Column::State.eq(MembershipState::Active.name()));
    owners.count().await
}

/// Those who are there, and those who will be let back. Counted while the tenant is held, so that no two take one place.
pub async fn present(unit: &Unit) -> Result<u64, data::Error> {
    let states = [MembershipState::Active, MembershipState::Suspended].map(MembershipState::name);
    unit.find::<Entity>().filter(Column::State.is_in(states)).count().await
}

/// Nobody reports to who is gone.
pub async fn release_reports_of(unit: &Unit, manager: MembershipId) -> Result<u64, data::Error> {
    let update = unit.update::<Entity>().filter(Column::ManagerId.eq(manager));
    update.set(Column::ManagerId, None::<MembershipId>).exec().await
}

pub async fn any_of_role(tx: &Tx, role: RoleId) -> Result<bool, data::Error> {
    let found = tx.find::<Entity>().filter(Column::RoleId.eq(role));
    Ok(found.filter(Column::State.ne(MembershipState::Removed.name())).one().await?.is_some())
}

/// At most so many.
pub async fn ids_of_role(tx: &Tx, role: RoleId, limit: u64) -> Result<Vec<MembershipId>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::RoleId.eq(role)).limit(limit).all().await?;
    Ok(found.into_iter().map(|row| row.public_id).collect())
}

pub async fn of_user(tx: &Tx, user: UserId) -> Result<Option<Model>, data::Error> {
    tx.find::<Entity>().filter(Column::UserId.eq(user)).one().await
}

pub async fn of_users(tx: &Tx, users: Vec<UserId>) -> Result<Vec<Model>, data::Error> {
    let limit = users.len() as u64;
    if limit == 0 {
        return Ok(Vec::new());
    }
    tx.find::<Entity>().filter(Column::UserId.is_in(users)).limit(limit).all().await
}

/// As they are now, and so they stay until the transaction ends.
pub async fn of_users_to_change(unit: &Unit, users: Vec<UserId>) -> Result<Vec<Model>, data::Error> {
    let limit = users.len() as u64;
    if limit == 0 {
        return Ok(Vec::new());
    }
    let found = unit.find::<Entity>().filter(Column::UserId.is_in(users));
    found.order_by_asc(Column::PublicId).limit(limit).to_change().all().await
}

/// Those who may act, in the order of their ids; at most so many.
pub async fn active_after(
    tx: &Tx,
    last: Option<MembershipId>,
    most: usize,
) -> Result<Vec<Model>, data::Error> {
    let mut found = tx.find::<Entity>().filter(Column::State.eq(MembershipState::Active.name()));
    if let Some(last) = last {
        found = found.filter(Column::PublicId.gt(last));
    }
    found.order_by_asc(Column::PublicId).limit(most as u64).all().await
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

pub async fn by_ids(tx: &Tx, ids: Vec<MembershipId>) -> Result<Vec<Model>, data::Error> {
    let limit = ids.len() as u64;
    if limit == 0 {
        return Ok(Vec::new());
    }
    tx.find::<Entity>().filter(Column::PublicId.is_in(ids)).limit(limit).all().await
}

#[derive(Clone, Copy, Debug, Default)]
pub struct MemberFilter {
    /// Of those that every tenant has; who has one of the tenant's own has none of them.
    pub role: Option<BuiltinRole>,
    pub role_id: Option<RoleId>,
    pub state: Option<MembershipState>,
    pub manager: Option<MembershipId>,
    pub user: Option<UserId>,
}

pub async fn page(tx: &Tx, filter: MemberFilter, request: &PageRequest) -> Result<Page<Model>, data::Error> {
    let mut found = tx.find::<Entity>();
    if let Some(role) = filter.role {
        found = found.filter(Column::Role.eq(role.name())).filter(Column::RoleId.is_null());
    }
    if let Some(id) = filter.role_id {
        found = found.filter(Column::RoleId.eq(id));
    }
    if let Some(state) = filter.state {
        found = found.filter(Column::State.eq(state.name()));
    }
    if let Some(manager) = filter.manager {
        found = found.filter(Column::ManagerId.eq(manager));
    }
    if let Some(user) = filter.user {
        found = found.filter(Column::UserId.eq(user));
    }
    found.page(request).await
}

#[derive(Clone, Debug, FromQueryResult)]
pub struct Joined {
    pub tenant_id: TenantId,
    pub tenant_name: String,
}

/// The tenants this person may act in, the first joined first; at most so many.
pub async fn tenants_of(system: &System, user: UserId, limit: i64) -> Result<Vec<Joined>, data::Error> {
    let sql = "SELECT m.tenant_id, t.name AS tenant_name FROM memberships m \
         JOIN tenants t ON t.public_id = m.tenant_id \
         WHERE m.user_id = $1 AND m.state = 'active' AND m.deleted_at IS NULL \
         AND t.state = 'active' AND t.deleted_at IS NULL ORDER BY m.created_at, m.public_id LIMIT $2";
    let rows = system.query_all(sql, vec![user.into(), limit.into()]).await?;
    Ok(rows.iter().map(|row| Joined::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// A tenant that a person belongs to, and as which member.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Place {
    pub tenant_id: TenantId,
    pub tenant_name: String,
    pub member_id: MembershipId,
}

/// The tenants but this one where the person has a session that nobody has revoked, the first joined first; at most so many.
/// Of a suspended one too: what is open there comes back with it.
pub async fn signed_in_but(
    system: &System,
    user: UserId,
    tenant: TenantId,
    limit: i64,
) -> Result<Vec<Place>, data::Error> {
    // By the order of an index, of which the first row will do.
    let sql = "SELECT m.tenant_id, t.name AS tenant_name, m.public_id AS member_id FROM memberships m \
         JOIN tenants t ON t.public_id = m.tenant_id \
         WHERE m.user_id = $1 AND m.tenant_id <> $2 AND m.deleted_at IS NULL AND t.deleted_at IS NULL \
         AND (SELECT s.created_at FROM sessions s \
         WHERE s.tenant_id = m.tenant_id AND s.membership_id = m.public_id AND s.revoked_at IS NULL \
         AND s.deleted_at IS NULL ORDER BY s.created_at DESC, s.public_id DESC LIMIT 1) IS NOT NULL \
         ORDER BY m.created_at, m.public_id LIMIT $3";
    let rows = system.query_all(sql, vec![user.into(), tenant.into(), limit.into()]).await?;
    Ok(rows.iter().map(|row| Place::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The tenants that they are a member of, or will be again, in the order of their ids; at most so many. Not one that is being
/// erased, since nothing may be written there any more.
pub async fn living_of(
    system: &System,
    user: UserId,
    after: TenantId,
    limit: i64,
) -> Result<Vec<Place>, data::Error> {
    let sql = "SELECT m.tenant_id, t.name AS tenant_name, m.public_id AS member_id FROM memberships m \
         JOIN tenants t ON t.public_id = m.tenant_id \
         WHERE m.user_id = $1 AND m.tenant_id > $2 AND m.state IN ('active', 'suspended') AND m.deleted_at IS NULL \
         AND t.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM tenant_closures c \
         WHERE c.of_tenant = m.tenant_id AND c.state IN ('erasing', 'erased')) ORDER BY m.tenant_id LIMIT $3";
    let rows = system.query_all(sql, vec![user.into(), after.into(), limit.into()]).await?;
    Ok(rows.iter().map(|row| Place::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The tenants that would be left without an owner, the first joined first; at most so many. One that is closed is on its way
/// out itself.
pub async fn last_owner_of(system: &System, user: UserId, limit: i64) -> Result<Vec<Joined>, data::Error> {
    let sql = "SELECT m.tenant_id, t.name AS tenant_name FROM memberships m \
         JOIN tenants t ON t.public_id = m.tenant_id \
         WHERE m.user_id = $1 AND m.role = 'owner' AND m.role_id IS NULL AND m.state = 'active' \
         AND m.deleted_at IS NULL AND t.deleted_at IS NULL AND t.closed_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM memberships o WHERE o.tenant_id = m.tenant_id AND o.user_id <> m.user_id \
         AND o.role = 'owner' AND o.role_id IS NULL AND o.state = 'active' AND o.deleted_at IS NULL) \
         ORDER BY m.created_at, m.public_id LIMIT $2";
    let rows = system.query_all(sql, vec![user.into(), limit.into()]).await?;
    Ok(rows.iter().map(|row| Joined::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

#[derive(FromQueryResult)]
struct PersonRow {
    user_id: UserId,
}

/// Whose only tenant this is, former members too; at most so many.
pub async fn people_of_alone(
    system: &System,
    tenant: TenantId,
    limit: i64,
) -> Result<Vec<UserId>, data::Error> {
    let sql = "SELECT DISTINCT m.user_id FROM memberships m JOIN users u ON u.public_id = m.user_id \
         WHERE m.tenant_id = $1 AND u.deleted_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM memberships o WHERE o.user_id = m.user_id AND o.tenant_id <> $1 \
         AND o.state <> 'removed' AND o.deleted_at IS NULL) ORDER BY m.user_id LIMIT $2";
    let rows = system.query_all(sql, vec![tenant.into(), limit.into()]).await?;
    let people = rows.iter().map(|row| PersonRow::from_query_result(row, ""));
    Ok(people.map(|person| person.map(|person| person.user_id)).collect::<Result<_, _>>()?)
}

/// The tenant of a session, if it is this person's.
pub async fn of_session(
    system: &System,
    user: UserId,
    session: CredentialId,
) -> Result<Option<Place>, data::Error> {
    let sql = "SELECT m.tenant_id, t.name AS tenant_name, m.public_id AS member_id FROM memberships m \
         JOIN tenants t ON t.public_id = m.tenant_id \
         JOIN sessions s ON s.tenant_id = m.tenant_id AND s.public_id = $2 AND s.membership_id = m.public_id \
         WHERE m.user_id = $1 AND m.deleted_at IS NULL AND t.deleted_at IS NULL AND s.deleted_at IS NULL";
    let rows = system.query_all(sql, vec![user.into(), session.into()]).await?;
    Ok(rows.first().map(|row| Place::from_query_result(row, "")).transpose()?)
}

/// This person's membership in that tenant, when they may act there.
pub async fn active_in(
    system: &System,
    user: UserId,
    tenant: TenantId,
) -> Result<Option<MembershipId>, data::Error> {
    let sql = "SELECT m.tenant_id, m.public_id FROM memberships m JOIN tenants t ON t.public_id = m.tenant_id \
         WHERE m.user_id = $1 AND m.tenant_id = $2 AND m.state = 'active' AND m.deleted_at IS NULL \
         AND t.state = 'active' AND t.deleted_at IS NULL";
    let rows = system.query_all(sql, vec![user.into(), tenant.into()]).await?;
    let found = rows.first().map(|row| Found::from_query_result(row, "")).transpose()?;
    Ok(found.map(|found| found.public_id))
}

/// In whose name mail about a person's account leaves: the first tenant they may act in, or the first they joined that is
/// not suspended.
pub async fn tenant_of_mail(system: &System, user: UserId) -> Result<Option<TenantId>, data::Error> {
    if let Some((tenant, _)) = first_active_of(system, user).await? {
        return Ok(Some(tenant));
    }
    let sql = "SELECT m.tenant_id, m.public_id FROM memberships m JOIN tenants t ON t.public_id = m.tenant_id \
         WHERE m.user_id = $1 AND t.state = 'active' AND t.deleted_at IS NULL \
         ORDER BY m.created_at, m.public_id LIMIT 1";
    let rows = system.query_all(sql, vec![user.into()]).await?;
    let found = rows.first().map(|row| Found::from_query_result(row, "")).transpose()?;
    Ok(found.map(|found| found.tenant_id))
}

/// The first tenant this person joined, whatever became of it.
pub async fn first_of(system: &System, user: UserId) -> Result<Option<TenantId>, data::Error> {
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
