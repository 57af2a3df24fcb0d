//! The tenant's own roles. What one grants is a JSON list of permissions' names.

use crate::domain::RoleId;
use chrono::{DateTime, Utc};
use data::{Tx, Unit, tenant_entity};
use kernel::{Page, PageRequest, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "roles")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: RoleId,
    pub name: String,
    pub description: Option<String>,
    pub permissions: String,
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

/// What a tenant says of a role of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleFields {
    pub name: String,
    pub description: Option<String>,
    /// In order, each once.
    pub permissions: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Role {
    pub id: RoleId,
    pub fields: RoleFields,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

pub async fn insert(unit: &Unit, id: RoleId, fields: &RoleFields) -> Result<Role, data::Error> {
    let row = ActiveModel {
        public_id: Set(id),
        name: Set(fields.name.clone()),
        description: Set(fields.description.clone()),
        permissions: Set(to_json(&fields.permissions)?),
        ..Default::default()
    };
    read(unit.insert(row).await?)
}

pub async fn find(tx: &Tx, id: RoleId) -> Result<Option<Role>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(read).transpose()
}

pub async fn find_deleted_too(tx: &Tx, id: RoleId) -> Result<Option<Role>, data::Error> {
    tx.by_id::<Entity, _>(id).with_deleted().one().await?.map(read).transpose()
}

/// As it is now, and so it stays until the transaction ends.
pub async fn find_to_change(unit: &Unit, id: RoleId) -> Result<Option<Role>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await?.map(read).transpose()
}

/// The same for whoever counts on its being there.
pub async fn find_to_keep(unit: &Unit, id: RoleId) -> Result<Option<Role>, data::Error> {
    unit.by_id::<Entity, _>(id).to_keep().one().await?.map(read).transpose()
}

/// Those of these names that are there, as they stay until the transaction ends.
pub async fn by_names_to_keep(unit: &Unit, names: Vec<String>) -> Result<Vec<Role>, data::Error> {
    let limit = names.len() as u64;
    if limit == 0 {
        return Ok(Vec::new());
    }
    let found = unit.find::<Entity>().filter(Column::Name.is_in(names));
    let found = found.order_by_asc(Column::PublicId).limit(limit).to_keep().all().await?;
    found.into_iter().map(read).collect()
}

pub async fn by_ids(tx: &Tx, ids: Vec<RoleId>) -> Result<Vec<Role>, data::Error> {
    let limit = ids.len() as u64;
    if limit == 0 {
        return Ok(Vec::new());
    }
    let found = tx.find::<Entity>().filter(Column::PublicId.is_in(ids)).limit(limit).all().await?;
    found.into_iter().map(read).collect()
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<Role>, data::Error> {
    tx.find::<Entity>().page(request).await?.try_map(read)
}

/// `None` when the row has another version by now.
pub async fn update(unit: &Unit, before: &Role, fields: &RoleFields) -> Result<Option<Role>, data::Error> {
    let changed = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(before.id))
        .filter(Column::Version.eq(before.version))
        .set(Column::Name, fields.name.clone())
        .set(Column::Description, fields.description.clone())
        .set(Column::Permissions, to_json(&fields.permissions)?)
        .returning()
        .await?;
    changed.into_iter().next().map(read).transpose()
}

pub async fn delete(unit: &Unit, id: RoleId) -> Result<bool, data::Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

/// `None` when it is not deleted.
pub async fn restore(unit: &Unit, id: RoleId) -> Result<Option<Role>, data::Error> {
    let restored = unit.restore::<Entity>().filter(Column::PublicId.eq(id)).returning().await?;
    restored.into_iter().next().map(read).transpose()
}

pub fn is_name_taken(error: &data::Error) -> bool {
    error.is_unique("roles_name", "roles.name")
}

pub fn is_id_taken(error: &data::Error) -> bool {
    error.is_unique("roles_tenant_id_public_id", "roles.public_id")
}

fn to_json(names: &[String]) -> Result<String, data::Error> {
    serde_json::to_string(names).map_err(data::Error::internal)
}

pub fn permissions(json: &str) -> Result<Vec<String>, data::Error> {
    serde_json::from_str(json).map_err(data::Error::internal)
}

fn read(row: Model) -> Result<Role, data::Error> {
    Ok(Role {
        id: row.public_id,
        fields: RoleFields {
            name: row.name,
            description: row.description,
            permissions: permissions(&row.permissions)?,
        },
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        deleted_at: row.deleted_at,
    })
}
