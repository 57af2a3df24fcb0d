//! The table `items`.

use crate::domain::item::{Item, ItemFields};
use crate::domain::sku::Sku;
use crate::error::Error;
use data::{Tx, Unit};
use inventory_contract::ItemId;
use kernel::{Ctx, Currency, Money, Page, PageRequest, Quantity, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "items")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: ItemId,
    pub sku: String,
    pub name: String,
    pub description: Option<String>,
    pub category: Option<String>,
    pub unit: String,
    pub unit_cost_minor: Option<i64>,
    pub currency: Option<Currency>,
    pub reorder_level: Option<Quantity>,
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

#[derive(Clone, Debug, Default)]
pub struct ItemFilter {
    pub sku: Option<Sku>,
    pub category: Option<String>,
}

pub async fn find(tx: &Tx, id: ItemId) -> Result<Option<Item>, data::Error> {
    Ok(tx.by_id::<Entity, _>(id).one().await?.map(Item::from))
}

pub async fn page(tx: &Tx, filter: &ItemFilter, request: &PageRequest) -> Result<Page<Item>, data::Error> {
    let mut items = tx.find::<Entity>();
    if let Some(sku) = &filter.sku {
        items = items.filter(Column::Sku.eq(sku.as_str()));
    }
    if let Some(category) = &filter.category {
        items = items.filter(Column::Category.eq(category));
    }
    Ok(items.page(request).await?.map(Item::from))
}

pub async fn with_skus(tx: &Tx, skus: &[Sku]) -> Result<Vec<Item>, data::Error> {
    let wanted = Column::Sku.is_in(skus.iter().map(Sku::as_str));
    let found = tx.find::<Entity>().filter(wanted).limit(skus.len() as u64).all().await?;
    Ok(found.into_iter().map(Item::from).collect())
}

pub async fn insert(unit: &Unit, id: ItemId, fields: &ItemFields) -> Result<Item, Error> {
    let inserted = unit.insert(row(id, fields)).await;
    inserted.map(Item::from).map_err(|error| refused(error, id, &fields.sku))
}

pub async fn insert_all(unit: &Unit, items: &[(ItemId, &ItemFields)]) -> Result<(), data::Error> {
    unit.insert_all(items.iter().map(|(id, fields)| row(*id, fields)).collect()).await
}

/// `None` when it has another version by now, or is gone.
pub async fn update(unit: &Unit, id: ItemId, seen: i64, fields: &ItemFields) -> Result<Option<Item>, Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Sku, fields.sku.as_str())
        .set(Column::Name, fields.name.as_str())
        .set(Column::Description, fields.description.clone())
        .set(Column::Category, fields.category.clone())
        .set(Column::Unit, fields.unit.as_str())
        .set(Column::UnitCostMinor, fields.unit_cost.map(|cost| cost.amount_minor))
        .set(Column::Currency, fields.unit_cost.map(|cost| cost.currency))
        .set(Column::ReorderLevel, fields.reorder_level)
        .filter(Column::PublicId.eq(id))
        .filter(Column::Version.eq(seen));
    let updated = update.returning().await.map_err(|error| refused(error, id, &fields.sku))?;
    Ok(updated.into_iter().next().map(Item::from))
}

/// Whether there was one to delete.
pub async fn delete(unit: &Unit, ctx: &Ctx, id: ItemId) -> Result<bool, data::Error> {
    let delete = unit
        .update::<Entity>()
        .set(Column::DeletedAt, ctx.now())
        .set(Column::DeletedBy, ctx.actor().to_string())
        .filter(Column::PublicId.eq(id));
    Ok(delete.exec().await? > 0)
}

fn row(id: ItemId, fields: &ItemFields) -> ActiveModel {
    ActiveModel {
        public_id: Set(id),
        sku: Set(fields.sku.to_string()),
        name: Set(fields.name.clone()),
        description: Set(fields.description.clone()),
        category: Set(fields.category.clone()),
        unit: Set(fields.unit.clone()),
        unit_cost_minor: Set(fields.unit_cost.map(|cost| cost.amount_minor)),
        currency: Set(fields.unit_cost.map(|cost| cost.currency)),
        reorder_level: Set(fields.reorder_level),
        ..Default::default()
    }
}

fn refused(error: data::Error, id: ItemId, sku: &Sku) -> Error {
    if error.is_unique("items_sku", "items.sku") {
        return Error::SkuTaken { sku: sku.to_string() };
    }
    if error.is_unique("items_public_id", "items.public_id") {
        return Error::ItemExists { id };
    }
    error.into()
}

impl From<Model> for Item {
    fn from(row: Model) -> Self {
        let unit_cost = row.unit_cost_minor.zip(row.currency);
        Self {
            id: row.public_id,
            fields: ItemFields {
                sku: Sku::stored(row.sku),
                name: row.name,
                description: row.description,
                category: row.category,
                unit: row.unit,
                unit_cost: unit_cost.map(|(amount_minor, currency)| Money::new(amount_minor, currency)),
                reorder_level: row.reorder_level,
            },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
