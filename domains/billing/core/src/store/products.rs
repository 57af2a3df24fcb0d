//! The table `products`.

use crate::domain::product::{Product, ProductFields};
use billing_contract::ProductId;
use data::{Error, Tx, Unit};
use kernel::{Page, PageRequest, TenantId};
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

pub async fn insert(unit: &Unit, id: ProductId, fields: ProductFields) -> Result<Product, Error> {
    let row = ActiveModel {
        public_id: Set(id),
        name: Set(fields.name),
        description: Set(fields.description),
        active: Set(fields.active),
        ..Default::default()
    };
    Ok(read(unit.insert(row).await?))
}

pub async fn find(tx: &Tx, id: ProductId) -> Result<Option<Product>, Error> {
    Ok(tx.by_id::<Entity, _>(id).one().await?.map(read))
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<Product>, Error> {
    Ok(tx.find::<Entity>().page(request).await?.map(read))
}

/// Those of these that are not deleted.
pub async fn all(tx: &Tx, ids: Vec<ProductId>) -> Result<Vec<Product>, Error> {
    let limit = ids.len() as u64;
    let found = tx.find::<Entity>().filter(Column::PublicId.is_in(ids)).limit(limit).all().await?;
    Ok(found.into_iter().map(read).collect())
}

fn read(row: Model) -> Product {
    Product {
        id: row.public_id,
        fields: ProductFields { name: row.name, description: row.description, active: row.active },
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}
