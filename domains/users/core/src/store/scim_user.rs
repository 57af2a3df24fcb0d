//! What a tenant's directory says of its people: of those who are members, and of those who have yet to accept an invitation.

use crate::domain::{MembershipId, ScimUserId};
use chrono::{DateTime, Utc};
use data::{Tx, Unit, tenant_entity};
use kernel::TenantId;
use sea_orm::ActiveValue::Set;
use sea_orm::FromQueryResult;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "scim_users")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: ScimUserId,
    /// `None`: not a member yet.
    pub membership_id: Option<MembershipId>,
    pub user_name: String,
    pub user_name_key: String,
    pub external_id: Option<String>,
    pub email_key: Option<String>,
    pub manager_id: Option<ScimUserId>,
    pub attributes: String,
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

/// All that a directory may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub user_name: String,
    pub user_name_key: String,
    pub external_id: Option<String>,
    pub email_key: Option<String>,
    pub manager: Option<ScimUserId>,
    pub attributes: String,
}

pub async fn insert(
    unit: &Unit,
    id: ScimUserId,
    member: Option<MembershipId>,
    said: Said,
) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(id),
        membership_id: Set(member),
        user_name: Set(said.user_name),
        user_name_key: Set(said.user_name_key),
        external_id: Set(said.external_id),
        email_key: Set(said.email_key),
        manager_id: Set(said.manager),
        attributes: Set(said.attributes),
        ..Default::default()
    };
    unit.insert(row).await
}

/// Of a member of whom the directory speaks by the id that they have without it. They may have been spoken of before, and
/// have left since.
pub async fn adopt(
    unit: &Unit,
    id: ScimUserId,
    member: MembershipId,
    said: Said,
) -> Result<Option<Model>, data::Error> {
    let former = unit.by_id::<Entity, _>(id).with_deleted().one().await?;
    if former.is_none() {
        return insert(unit, id, Some(member), said).await.map(Some);
    }
    let back = said.written(unit.restore::<Entity>().filter(Column::PublicId.eq(id)));
    Ok(back.set(Column::MembershipId, member).returning().await?.pop())
}

/// `None` when it is no longer of that version.
pub async fn change(unit: &Unit, before: &Model, said: Said) -> Result<Option<Model>, data::Error> {
    let update = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(before.public_id))
        .filter(Column::Version.eq(before.version));
    Ok(said.written(update).returning().await?.pop())
}

impl Said {
    fn written(self, update: data::Update<'_, Entity>) -> data::Update<'_, Entity> {
        update
            .set(Column::UserName, self.user_name)
            .set(Column::UserNameKey, self.user_name_key)
            .set(Column::ExternalId, self.external_id)
            .set(Column::EmailKey, self.email_key)
            .set(Column::ManagerId, self.manager)
            .set(Column::Attributes, self.attributes)
    }
}

/// Nobody is waited for at the address any more.
pub async fn link(unit: &Unit, id: ScimUserId, member: MembershipId) -> Result<u64, data::Error> {
    let update = unit.update::<Entity>().filter(Column::PublicId.eq(id));
    let update = update.set(Column::MembershipId, member);
    update.set(Column::EmailKey, None::<String>).exec().await
}

/// The membership says to whom they report.
pub async fn settle_manager(unit: &Unit, id: ScimUserId) -> Result<u64, data::Error> {
    let update = unit.update::<Entity>().filter(Column::PublicId.eq(id));
    update.set(Column::ManagerId, None::<ScimUserId>).exec().await
}

pub async fn delete(unit: &Unit, id: ScimUserId) -> Result<u64, data::Error> {
    unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await
}

/// Nobody reports to who is gone.
pub async fn release_reports_of(unit: &Unit, manager: ScimUserId) -> Result<u64, data::Error> {
    let update = unit.update::<Entity>().filter(Column::ManagerId.eq(manager));
    update.set(Column::ManagerId, None::<ScimUserId>).exec().await
}

/// Those who are to report to this one; at most so many.
pub async fn reports_of(tx: &Tx, manager: ScimUserId, limit: u64) -> Result<Vec<Model>, data::Error> {
    tx.find::<Entity>().filter(Column::ManagerId.eq(manager)).limit(limit).all().await
}

pub async fn of_member(tx: &Tx, member: MembershipId) -> Result<Option<Model>, data::Error> {
    tx.find::<Entity>().filter(Column::MembershipId.eq(member)).one().await
}

/// Who is waited for at this address.
pub async fn awaited(tx: &Tx, email_key: &str) -> Result<Option<Model>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::EmailKey.eq(email_key));
    found.filter(Column::MembershipId.is_null()).one().await
}

pub async fn by_user_name(tx: &Tx, key: &str) -> Result<Option<Model>, data::Error> {
    tx.find::<Entity>().filter(Column::UserNameKey.eq(key)).one().await
}

pub async fn by_external_id(tx: &Tx, external: &str, limit: u64) -> Result<Vec<Model>, data::Error> {
    tx.find::<Entity>().filter(Column::ExternalId.eq(external)).limit(limit).all().await
}

pub async fn by_ids(tx: &Tx, ids: Vec<ScimUserId>) -> Result<Vec<Model>, data::Error> {
    let limit = ids.len() as u64;
    if limit == 0 {
        return Ok(Vec::new());
    }
    tx.find::<Entity>().filter(Column::PublicId.is_in(ids)).limit(limit).all().await
}

pub async fn of_members(tx: &Tx, members: Vec<MembershipId>) -> Result<Vec<Model>, data::Error> {
    let limit = members.len() as u64;
    if limit == 0 {
        return Ok(Vec::new());
    }
    tx.find::<Entity>().filter(Column::MembershipId.is_in(members)).limit(limit).all().await
}

#[derive(FromQueryResult)]
struct Found {
    id: ScimUserId,
}

#[derive(FromQueryResult)]
struct Count {
    total: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Oldest,
    ByName,
    ByNameBackwards,
}

/// All members who are not gone, and all who are waited for.
macro_rules! everybody {
    ($then:literal) => {
        concat!(
            "WITH everybody (id, created_at, name) AS (",
            "SELECT coalesce(s.public_id, m.public_id), coalesce(s.created_at, m.created_at), ",
            "coalesce(s.user_name_key, u.email_key) FROM memberships m ",
            "JOIN users u ON u.public_id = m.user_id AND u.deleted_at IS NULL ",
            "LEFT JOIN scim_users s ON s.tenant_id = $1 AND s.membership_id = m.public_id AND s.deleted_at IS NULL ",
            "WHERE m.tenant_id = $1 AND m.deleted_at IS NULL AND m.state IN ('active', 'suspended') ",
            "UNION ALL SELECT s.public_id, s.created_at, s.user_name_key FROM scim_users s ",
            "WHERE s.tenant_id = $1 AND s.membership_id IS NULL AND s.deleted_at IS NULL) ",
            $then
        )
    };
}

pub async fn page(tx: &Tx, order: Order, offset: i64, limit: i64) -> Result<Vec<ScimUserId>, data::Error> {
    let sql = match order {
        Order::Oldest => {
            data::sql!(everybody!("SELECT id FROM everybody ORDER BY created_at, id LIMIT $2 OFFSET $3"))
        }
        Order::ByName => {
            data::sql!(everybody!("SELECT id FROM everybody ORDER BY name, id LIMIT $2 OFFSET $3"))
        }
        Order::ByNameBackwards => {
            data::sql!(everybody!("SELECT id FROM everybody ORDER BY name DESC, id DESC LIMIT $2 OFFSET $3"))
        }
    };
    let rows: Vec<Found> = tx.sql(sql).bind(limit).bind(offset).all().await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

pub async fn count(tx: &Tx) -> Result<i64, data::Error> {
    let sql = data::sql!(everybody!("SELECT count(*) AS total FROM everybody"));
    let found: Option<Count> = tx.sql(sql).one().await?;
    Ok(found.map_or(0, |found| found.total))
}

#[derive(FromQueryResult)]
struct Member {
    membership_id: MembershipId,
}

/// The member whose own address this is.
pub async fn member_at(tx: &Tx, email_key: &str) -> Result<Option<MembershipId>, data::Error> {
    let sql = data::sql!(
        "SELECT m.public_id AS membership_id FROM users u \
         JOIN memberships m ON m.tenant_id = $1 AND m.user_id = u.public_id \
         WHERE u.email_key = $2 AND u.deleted_at IS NULL AND m.deleted_at IS NULL \
         AND m.state IN ('active', 'suspended')"
    );
    let found: Option<Member> = tx.sql(sql).bind(email_key).one().await?;
    Ok(found.map(|found| found.membership_id))
}

pub fn is_taken(error: &data::Error) -> bool {
    error.is_unique("scim_users_user_name", "scim_users.user_name_key")
        || error.is_unique("scim_users_awaited", "scim_users.email_key")
}
