//! The table `import_mappings`.

use super::{from_json, to_json};
use crate::domain::saved_mapping::{MappingFields, SavedMapping};
use crate::error::Error;
use data::{Tx, Unit};
use imports_contract::MappingId;
use kernel::{Page, PageRequest, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_mappings")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: MappingId,
    pub name: String,
    pub target: String,
    pub mapping: String,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(resource);

pub async fn find(tx: &Tx, id: MappingId) -> Result<Option<SavedMapping>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(SavedMapping::try_from).transpose()
}

pub async fn find_deleted_too(tx: &Tx, id: MappingId) -> Result<Option<SavedMapping>, data::Error> {
    tx.by_id::<Entity, _>(id).with_deleted().one().await?.map(SavedMapping::try_from).transpose()
}

/// As it is now, and so it stays until the transaction ends.
pub async fn find_to_change(unit: &Unit, id: MappingId) -> Result<Option<SavedMapping>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await?.map(SavedMapping::try_from).transpose()
}

pub async fn page(
    tx: &Tx,
    target: Option<&str>,
    request: &PageRequest,
) -> Result<Page<SavedMapping>, data::Error> {
    let mut mappings = tx.find::<Entity>();
    if let Some(target) = target {
        mappings = mappings.filter(Column::Target.eq(target));
    }
    mappings.page(request).await?.try_map(SavedMapping::try_from)
}

pub async fn insert(unit: &Unit, id: MappingId, fields: &MappingFields) -> Result<SavedMapping, Error> {
    let row = ActiveModel {
        public_id: Set(id),
        name: Set(fields.name.clone()),
        target: Set(fields.target.clone()),
        mapping: Set(to_json(&fields.mapping)?),
        ..Default::default()
    };
    match unit.insert(row).await {
        Err(error) if error.is_unique("import_mappings_public_id", "import_mappings.public_id") => {
            Err(Error::MappingExists { id })
        }
        inserted => Ok(inserted.map_err(taken)?.try_into()?),
    }
}

/// `None` when it has another version by now, or is gone.
pub async fn update(
    unit: &Unit,
    before: &SavedMapping,
    fields: &MappingFields,
) -> Result<Option<SavedMapping>, Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Name, fields.name.as_str())
        .set(Column::Mapping, to_json(&fields.mapping)?)
        .filter(Column::PublicId.eq(before.id))
        .filter(Column::Version.eq(before.version));
    let updated = update.returning().await.map_err(taken)?;
    Ok(updated.into_iter().next().map(SavedMapping::try_from).transpose()?)
}

/// Whether there was one to delete.
pub async fn delete(unit: &Unit, id: MappingId) -> Result<bool, data::Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

/// `None` when it is not deleted.
pub async fn restore(unit: &Unit, id: MappingId) -> Result<Option<SavedMapping>, Error> {
    let restored = unit.restore::<Entity>().filter(Column::PublicId.eq(id)).returning().await;
    Ok(restored.map_err(taken)?.into_iter().next().map(SavedMapping::try_from).transpose()?)
}

fn taken(error: data::Error) -> Error {
    if error.is_unique("import_mappings_name", "import_mappings.name") {
        return Error::MappingNameTaken;
    }
    error.into()
}

impl TryFrom<Model> for SavedMapping {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        Ok(Self {
            id: row.public_id,
            fields: MappingFields { name: row.name, target: row.target, mapping: from_json(&row.mapping)? },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            deleted_at: row.deleted_at,
        })
    }
}
