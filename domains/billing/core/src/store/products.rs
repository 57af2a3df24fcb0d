//! The table `products`.

use crate::domain::product::{Product, ProductFields};
use billing_contract::ProductId;
use data::{Error, Find, Tx, Unit};
use kernel::reference::metadata_json;
use kernel::{Page, PageRequest, Search, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: ProductId,
    pub name: String,
    pub description: Option<String>,
    pub active: bool,
    pub external_id: Option<String>,
    pub metadata: String,
    pub search_text: String,
    pub version: i64,
    pub created_at: ChronoDateTimeUtc,
    pub updated_at: ChronoDateTimeUtc,
    pub deleted_at: Option<ChronoDateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(resource);

pub async fn insert(unit: &Unit, id: ProductId, fields: &ProductFields) -> Result<Product, Error> {
    let row = ActiveModel {
        public_id: Set(id),
        name: Set(fields.name.clone()),
        description: Set(fields.description.clone()),
        active: Set(fields.active),
        external_id: Set(fields.external_id.clone()),
        metadata: Set(metadata_json(&fields.metadata).map_err(Error::internal)?),
        search_text: Set(fields.search_text()),
        ..Default::default()
    };
    read(unit.insert(row).await?)
}

pub async fn find(tx: &Tx, id: ProductId) -> Result<Option<Product>, Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(read).transpose()
}

pub async fn find_deleted_too(tx: &Tx, id: ProductId) -> Result<Option<Product>, Error> {
    tx.by_id::<Entity, _>(id).with_deleted().one().await?.map(read).transpose()
}

/// As it is now, and so it stays until the transaction ends.
pub async fn find_to_change(unit: &Unit, id: ProductId) -> Result<Option<Product>, Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await?.map(read).transpose()
}

/// The same for whoever counts on its being there.
pub async fn find_to_keep(unit: &Unit, id: ProductId) -> Result<Option<Product>, Error> {
    unit.by_id::<Entity, _>(id).to_keep().one().await?.map(read).transpose()
}

pub async fn by_external_id_to_change(unit: &Unit, external_id: &str) -> Result<Option<Product>, Error> {
    let found = unit.find::<Entity>().filter(Column::ExternalId.eq(external_id)).to_change();
    found.one().await?.map(read).transpose()
}

#[derive(Clone, Debug, Default)]
pub struct ProductFilter {
    pub external_id: Option<String>,
    pub q: Option<Search>,
}

pub async fn page(tx: &Tx, filter: &ProductFilter, request: &PageRequest) -> Result<Page<Product>, Error> {
    let mut found = tx.find::<Entity>();
    let external_id = filter.external_id.as_deref();
    if let Some(external_id) = external_id {
        found = found.filter(Column::ExternalId.eq(external_id));
    }
    if let Some(q) = &filter.q {
        found = found.matching(q, [external_id]);
    }
    found.page(request).await?.try_map(read)
}

/// `None` when the row has another version by now.
pub async fn update(unit: &Unit, before: &Product, fields: &ProductFields) -> Result<Option<Product>, Error> {
    let metadata = metadata_json(&fields.metadata).map_err(Error::internal)?;
    let changed = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(before.id))
        .filter(Column::Version.eq(before.version))
        .set(Column::Name, fields.name.clone())
        .set(Column::Description, fields.description.clone())
        .set(Column::Active, fields.active)
        .set(Column::ExternalId, fields.external_id.clone())
        .set(Column::Metadata, metadata)
        .set(Column::SearchText, fields.search_text())
        .returning()
        .await?;
    changed.into_iter().next().map(read).transpose()
}

/// Whether there was one to delete.
pub async fn delete(unit: &Unit, id: ProductId) -> Result<bool, Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

/// `None` when it is not deleted.
pub async fn restore(unit: &Unit, id: ProductId) -> Result<Option<Product>, Error> {
    let restored = unit.restore::<Entity>().filter(Column::PublicId.eq(id)).returning().await?;
    restored.into_iter().next().map(read).transpose()
}

/// Those of these that are not deleted.
pub async fn all(tx: &Tx, ids: Vec<ProductId>) -> Result<Vec<Product>, Error> {
    let limit = ids.len() as u64;
    let found = tx.find::<Entity>().filter(Column::PublicId.is_in(ids)).limit(limit).all().await?;
    found.into_iter().map(read).collect()
}

/// The same for whoever counts on their being there.
pub async fn all_to_keep(unit: &Unit, ids: Vec<ProductId>) -> Result<Vec<Product>, Error> {
    let limit = ids.len() as u64;
    let found = unit.find::<Entity>().filter(Column::PublicId.is_in(ids)).to_keep();
    let found = found.order_by_asc(Column::PublicId).limit(limit).all().await?;
    found.into_iter().map(read).collect()
}

pub async fn all_by_external_ids(tx: &Tx, external_ids: &[String]) -> Result<Vec<Product>, Error> {
    let found = called(tx, external_ids).limit(external_ids.len() as u64).all().await?;
    found.into_iter().map(read).collect()
}

/// In one order, so that of two who hold several neither waits for the other.
pub async fn all_by_external_ids_to_change(
    unit: &Unit,
    external_ids: &[String],
) -> Result<Vec<Product>, Error> {
    let found = called(unit, external_ids).to_change().order_by_asc(Column::PublicId);
    let found = found.limit(external_ids.len() as u64).all().await?;
    found.into_iter().map(read).collect()
}

fn called<'a>(tx: &'a Tx, external_ids: &[String]) -> Find<'a, Entity> {
    tx.find::<Entity>().filter(Column::ExternalId.is_in(external_ids.iter().map(String::as_str)))
}

fn read(row: Model) -> Result<Product, Error> {
    Ok(Product {
        id: row.public_id,
        fields: ProductFields {
            name: row.name,
            description: row.description,
            active: row.active,
            external_id: row.external_id,
            metadata: serde_json::from_str(&row.metadata).map_err(Error::internal)?,
        },
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        deleted_at: row.deleted_at,
    })
}
