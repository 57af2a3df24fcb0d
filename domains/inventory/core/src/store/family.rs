//! The table `item_families`, and the items that are variants of one.

use crate::domain::family::{Family, FamilyFields, FamilyOption, MAX_VARIANTS, Options};
use crate::domain::sku::Sku;
use crate::error::Error;
use crate::store::item;
use data::{Tx, Unit};
use inventory_contract::FamilyId;
use kernel::{Page, PageRequest, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "item_families")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: FamilyId,
    pub name: String,
    pub options: String,
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

pub async fn find(tx: &Tx, id: FamilyId) -> Result<Option<Family>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(Family::try_from).transpose()
}

pub async fn find_deleted_too(tx: &Tx, id: FamilyId) -> Result<Option<Family>, data::Error> {
    tx.by_id::<Entity, _>(id).with_deleted().one().await?.map(Family::try_from).transpose()
}

/// As it is now, and so it stays until the transaction ends: no item comes to it but by whoever holds it.
pub async fn find_to_change(unit: &Unit, id: FamilyId) -> Result<Option<Family>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await?.map(Family::try_from).transpose()
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<Family>, data::Error> {
    tx.find::<Entity>().page(request).await?.try_map(Family::try_from)
}

pub async fn insert(unit: &Unit, id: FamilyId, fields: &FamilyFields) -> Result<Family, Error> {
    let row = ActiveModel {
        public_id: Set(id),
        name: Set(fields.name.clone()),
        options: Set(to_json(fields)?),
        ..Default::default()
    };
    match unit.insert(row).await {
        Err(error) if error.is_unique("item_families_public_id", "item_families.public_id") => {
            Err(Error::FamilyExists { id })
        }
        inserted => Ok(inserted?.try_into()?),
    }
}

/// `None` when it has another version by now, or is gone.
pub async fn update(
    unit: &Unit,
    before: &Family,
    fields: &FamilyFields,
) -> Result<Option<Family>, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Name, fields.name.as_str())
        .set(Column::Options, to_json(fields)?)
        .filter(Column::PublicId.eq(before.id))
        .filter(Column::Version.eq(before.version));
    update.returning().await?.into_iter().next().map(Family::try_from).transpose()
}

/// Whether there was one to delete.
pub async fn delete(unit: &Unit, id: FamilyId) -> Result<bool, data::Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

/// `None` when it is not deleted.
pub async fn restore(unit: &Unit, id: FamilyId) -> Result<Option<Family>, data::Error> {
    let restored = unit.restore::<Entity>().filter(Column::PublicId.eq(id)).returning().await?;
    restored.into_iter().next().map(Family::try_from).transpose()
}

pub async fn has_variants(tx: &Tx, id: FamilyId) -> Result<bool, data::Error> {
    Ok(tx.find::<item::Entity>().filter(item::Column::FamilyId.eq(id)).limit(1).one().await?.is_some())
}

pub async fn count_variants(tx: &Tx, id: FamilyId) -> Result<u64, data::Error> {
    tx.find::<item::Entity>().filter(item::Column::FamilyId.eq(id)).count().await
}

/// All there are: whoever adds one holds the family, and finds that there is room.
pub async fn variants(tx: &Tx, id: FamilyId) -> Result<Vec<(Sku, Options)>, data::Error> {
    let found = tx.find::<item::Entity>().filter(item::Column::FamilyId.eq(id)).limit(MAX_VARIANTS as u64);
    let variant = |row: item::Model| {
        let options =
            serde_json::from_str(&row.options.unwrap_or_default()).map_err(data::Error::internal)?;
        Ok((Sku::stored(row.sku), options))
    };
    found.all().await?.into_iter().map(variant).collect()
}

fn to_json(fields: &FamilyFields) -> Result<String, data::Error> {
    serde_json::to_string(&fields.options).map_err(data::Error::internal)
}

impl TryFrom<Model> for Family {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        let options: Vec<FamilyOption> = serde_json::from_str(&row.options).map_err(data::Error::internal)?;
        Ok(Self {
            id: row.public_id,
            fields: FamilyFields { name: row.name, options },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            deleted_at: row.deleted_at,
        })
    }
}
