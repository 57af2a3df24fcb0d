//! The table `items`.

use crate::domain::cost::Costing;
use crate::domain::family::Variant;
use crate::domain::item::{Item, ItemFields, Moving, StockedItem};
use crate::domain::lot::Tracking;
use crate::domain::sku::Sku;
use crate::error::Error;
use crate::store::stock_level::{self, Balance};
use data::{Find, Tx, Unit, With};
use inventory_contract::{FamilyId, ItemId};
use kernel::reference::metadata_json;
use kernel::{Currency, Money, Page, PageRequest, Quantity, Search, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use std::collections::BTreeMap;

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
    pub tracking: String,
    pub costing: String,
    pub may_be_negative: bool,
    pub reorder_up_to: Option<Quantity>,
    pub lead_time_days: Option<i64>,
    pub family_id: Option<FamilyId>,
    pub options: Option<String>,
    pub external_id: Option<String>,
    pub metadata: String,
    pub search_text: String,
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
    pub family: Option<FamilyId>,
    pub external_id: Option<String>,
    pub q: Option<Search>,
}

pub async fn find(tx: &Tx, id: ItemId) -> Result<Option<StockedItem>, data::Error> {
    stocked(tx.by_id::<Entity, _>(id)).one().await?.map(StockedItem::try_from).transpose()
}

pub async fn find_deleted_too(tx: &Tx, id: ItemId) -> Result<Option<StockedItem>, data::Error> {
    stocked(tx.by_id::<Entity, _>(id)).with_deleted().one().await?.map(StockedItem::try_from).transpose()
}

/// As it is now, and so it stays until the transaction ends. Its stock is held before it, as by all who hold both.
pub async fn find_to_change(unit: &Unit, id: ItemId) -> Result<Option<StockedItem>, data::Error> {
    stock_level::hold(unit, &[id]).await?;
    stocked(unit.by_id::<Entity, _>(id)).to_change().one().await?.map(StockedItem::try_from).transpose()
}

pub async fn id_of_external(tx: &Tx, external_id: &str) -> Result<Option<ItemId>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::ExternalId.eq(external_id)).one().await?;
    Ok(found.map(|row| row.public_id))
}

/// The SKUs of those that bear these external ids, by them.
pub async fn bearers(tx: &Tx, external_ids: &[String]) -> Result<BTreeMap<String, String>, data::Error> {
    if external_ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let wanted = Column::ExternalId.is_in(external_ids.iter().map(String::as_str));
    let found = tx.find::<Entity>().filter(wanted).limit(external_ids.len() as u64).all().await?;
    Ok(found.into_iter().filter_map(|row| Some((row.external_id?, row.sku))).collect())
}

pub async fn page(
    tx: &Tx,
    filter: &ItemFilter,
    request: &PageRequest,
) -> Result<Page<StockedItem>, data::Error> {
    let mut items = tx.find::<Entity>();
    if let Some(sku) = &filter.sku {
        items = items.filter(Column::Sku.eq(sku.as_str()));
    }
    if let Some(category) = &filter.category {
        items = items.filter(Column::Category.eq(category));
    }
    if let Some(external_id) = &filter.external_id {
        items = items.filter(Column::ExternalId.eq(external_id));
    }
    if let Some(family) = filter.family {
        items = items.filter(Column::FamilyId.eq(family));
    }
    if let Some(q) = &filter.q {
        let family = filter.family.map(|family| family.to_string());
        let (sku, category) = (filter.sku.as_ref().map(Sku::as_str), filter.category.as_deref());
        let filters = [sku, category, filter.external_id.as_deref(), family.as_deref()];
        items = items.matching(q, filters);
    }
    stocked(items).page(request).await?.try_map(StockedItem::try_from)
}

/// By their ids, those after this one.
pub async fn after(tx: &Tx, last: Option<ItemId>, most: usize) -> Result<Vec<StockedItem>, data::Error> {
    let mut items = tx.find::<Entity>();
    if let Some(last) = last {
        items = items.filter(Column::PublicId.gt(last));
    }
    let found = stocked(items).order_by_asc(Column::PublicId).limit(most as u64).all().await?;
    found.into_iter().map(StockedItem::try_from).collect()
}

/// In one statement, since an item is hardly ever wanted without its stock.
fn stocked(items: Find<'_, Entity>) -> Find<'_, Entity, With<Model, Balance>> {
    let level = Entity::belongs_to(stock_level::Entity)
        .from((Column::TenantId, Column::PublicId))
        .to((stock_level::Column::TenantId, stock_level::Column::ItemId));
    items.with(level.into(), Balance::COLUMNS)
}

/// Those of these items that are there, by their ids.
pub async fn moving(tx: &Tx, items: &[ItemId]) -> Result<BTreeMap<ItemId, Moving>, data::Error> {
    if items.is_empty() {
        return Ok(BTreeMap::new());
    }
    by_id(of_ids(tx, items).all().await?)
}

/// The same, and they stay as they are until the transaction ends: what is written in their units counts on it.
pub async fn moving_to_keep(unit: &Unit, items: &[ItemId]) -> Result<BTreeMap<ItemId, Moving>, data::Error> {
    if items.is_empty() {
        return Ok(BTreeMap::new());
    }
    by_id(of_ids(unit, items).order_by_asc(Column::PublicId).to_keep().all().await?)
}

/// Their rows are the caller's until the transaction ends, in the order of their ids.
pub async fn hold(unit: &Unit, items: &[ItemId]) -> Result<(), data::Error> {
    if items.is_empty() {
        return Ok(());
    }
    of_ids(unit, items).order_by_asc(Column::PublicId).to_change().all().await.map(drop)
}

fn of_ids<'a>(tx: &'a Tx, items: &[ItemId]) -> Find<'a, Entity> {
    tx.find::<Entity>().filter(Column::PublicId.is_in(items.iter().copied())).limit(items.len() as u64)
}

fn by_id(rows: Vec<Model>) -> Result<BTreeMap<ItemId, Moving>, data::Error> {
    rows.iter().map(|row| Ok((row.public_id, Moving::try_from(row)?))).collect()
}

/// Those of these items that are there.
pub async fn with_ids(tx: &Tx, items: &[ItemId]) -> Result<Vec<Item>, data::Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = Column::PublicId.is_in(items.iter().copied());
    let found = tx.find::<Entity>().filter(wanted).limit(items.len() as u64).all().await?;
    found.into_iter().map(Item::try_from).collect()
}

/// Of those that have these SKUs now.
pub async fn ids_with_skus(tx: &Tx, skus: &[Sku]) -> Result<Vec<ItemId>, data::Error> {
    Ok(with_skus(tx, skus).await?.into_iter().map(|item| item.id).collect())
}

pub async fn with_skus(tx: &Tx, skus: &[Sku]) -> Result<Vec<Item>, data::Error> {
    let wanted = Column::Sku.is_in(skus.iter().map(Sku::as_str));
    let found = tx.find::<Entity>().filter(wanted).limit(skus.len() as u64).all().await?;
    found.into_iter().map(Item::try_from).collect()
}

/// Those of these that are there, which stay as they are until the transaction ends; their stock does not.
pub async fn with_skus_to_keep(unit: &Unit, skus: &[Sku]) -> Result<Vec<Item>, data::Error> {
    if skus.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = Column::Sku.is_in(skus.iter().map(Sku::as_str));
    let found = unit.find::<Entity>().filter(wanted).order_by_asc(Column::PublicId).to_keep();
    found.limit(skus.len() as u64).all().await?.into_iter().map(Item::try_from).collect()
}

/// Of these items, deleted ones too.
pub async fn skus(tx: &Tx, items: &[ItemId]) -> Result<BTreeMap<ItemId, Sku>, data::Error> {
    if items.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = tx.find::<Entity>().with_deleted().filter(Column::PublicId.is_in(items.iter().copied()));
    let found = found.limit(items.len() as u64).all().await?;
    Ok(found.into_iter().map(|row| (row.public_id, Sku::stored(row.sku))).collect())
}

pub async fn insert(unit: &Unit, id: ItemId, fields: &ItemFields) -> Result<Item, Error> {
    let inserted = unit.insert(row(id, fields)?).await;
    Ok(inserted.map_err(|error| refused(error, id, &fields.sku))?.try_into()?)
}

pub async fn insert_all(unit: &Unit, items: &[(ItemId, &ItemFields)]) -> Result<(), data::Error> {
    let rows = items.iter().map(|(id, fields)| row(*id, fields)).collect::<Result<_, _>>()?;
    unit.insert_all(rows).await
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
        .set(Column::Tracking, fields.tracking.name())
        .set(Column::Costing, fields.costing.name())
        .set(Column::MayBeNegative, fields.may_be_negative)
        .set(Column::ReorderLevel, fields.reorder_level)
        .set(Column::ReorderUpTo, fields.reorder_up_to)
        .set(Column::LeadTimeDays, fields.lead_time_days)
        .set(Column::FamilyId, fields.variant.as_ref().map(|variant| variant.family_id))
        .set(Column::Options, options_of(fields)?)
        .set(Column::ExternalId, fields.external_id.clone())
        .set(Column::Metadata, metadata_json(&fields.metadata).map_err(data::Error::internal)?)
        .set(Column::SearchText, fields.search_text())
        .filter(Column::PublicId.eq(id))
        .filter(Column::Version.eq(seen));
    let updated = update.returning().await.map_err(|error| refused(error, id, &fields.sku))?;
    Ok(updated.into_iter().next().map(Item::try_from).transpose()?)
}

/// Whether there was one to delete.
pub async fn delete(unit: &Unit, id: ItemId) -> Result<bool, data::Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

/// `None` when it is not deleted.
pub async fn restore(unit: &Unit, id: ItemId) -> Result<Option<Item>, Error> {
    let restored = unit.restore::<Entity>().filter(Column::PublicId.eq(id)).returning().await;
    let restored = restored.map_err(|error| taken(error, "of the item"))?;
    Ok(restored.into_iter().next().map(Item::try_from).transpose()?)
}

/// One combination is one text: its names are sorted.
fn options_of(fields: &ItemFields) -> Result<Option<String>, data::Error> {
    let options = fields.variant.as_ref().map(|variant| serde_json::to_string(&variant.options));
    options.transpose().map_err(data::Error::internal)
}

fn row(id: ItemId, fields: &ItemFields) -> Result<ActiveModel, data::Error> {
    Ok(ActiveModel {
        public_id: Set(id),
        sku: Set(fields.sku.to_string()),
        name: Set(fields.name.clone()),
        description: Set(fields.description.clone()),
        category: Set(fields.category.clone()),
        unit: Set(fields.unit.clone()),
        unit_cost_minor: Set(fields.unit_cost.map(|cost| cost.amount_minor)),
        currency: Set(fields.unit_cost.map(|cost| cost.currency)),
        reorder_level: Set(fields.reorder_level),
        tracking: Set(fields.tracking.name().to_owned()),
        costing: Set(fields.costing.name().to_owned()),
        may_be_negative: Set(fields.may_be_negative),
        reorder_up_to: Set(fields.reorder_up_to),
        lead_time_days: Set(fields.lead_time_days),
        family_id: Set(fields.variant.as_ref().map(|variant| variant.family_id)),
        options: Set(options_of(fields)?),
        external_id: Set(fields.external_id.clone()),
        metadata: Set(metadata_json(&fields.metadata).map_err(data::Error::internal)?),
        search_text: Set(fields.search_text()),
        ..Default::default()
    })
}

/// What was taken, where a unique rule was broken.
pub fn taken(error: data::Error, sku: &str) -> Error {
    if error.is_unique("items_sku", "items.sku") {
        return Error::SkuTaken { sku: sku.to_owned() };
    }
    if error.is_unique("items_external_id", "items.external_id") {
        return Error::ExternalIdTaken;
    }
    if error.is_unique("items_variant", "items.options") {
        return Error::VariantExists;
    }
    error.into()
}

fn refused(error: data::Error, id: ItemId, sku: &Sku) -> Error {
    if error.is_unique("items_public_id", "items.public_id") {
        return Error::ItemExists { id };
    }
    taken(error, sku.as_str())
}

impl TryFrom<With<Model, Balance>> for StockedItem {
    type Error = data::Error;

    fn try_from(With { row, also }: With<Model, Balance>) -> Result<Self, data::Error> {
        let level = also.level(row.public_id, row.may_be_negative);
        Ok(Self { item: row.try_into()?, level })
    }
}

impl TryFrom<&Model> for Moving {
    type Error = data::Error;

    fn try_from(row: &Model) -> Result<Self, data::Error> {
        let unknown = |what: &str, text: &str| data::Error::internal(format!("an item's {what} is {text}"));
        let cost = row.unit_cost_minor.zip(row.currency);
        Ok(Self {
            id: row.public_id,
            sku: Sku::stored(row.sku.clone()),
            unit: row.unit.clone(),
            tracking: Tracking::parse(&row.tracking).ok_or_else(|| unknown("tracking", &row.tracking))?,
            costing: Costing::parse(&row.costing).ok_or_else(|| unknown("costing", &row.costing))?,
            unit_cost: cost.map(|(amount_minor, currency)| Money::new(amount_minor, currency)),
        })
    }
}

impl TryFrom<Model> for Item {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        let Moving { tracking, costing, unit_cost, .. } = Moving::try_from(&row)?;
        let options = row.options.as_deref().map(serde_json::from_str).transpose();
        let variant = row.family_id.zip(options.map_err(data::Error::internal)?);
        Ok(Self {
            id: row.public_id,
            fields: ItemFields {
                sku: Sku::stored(row.sku),
                name: row.name,
                description: row.description,
                category: row.category,
                unit: row.unit,
                unit_cost,
                tracking,
                costing,
                may_be_negative: row.may_be_negative,
                reorder_level: row.reorder_level,
                reorder_up_to: row.reorder_up_to,
                lead_time_days: row.lead_time_days,
                variant: variant.map(|(family_id, options)| Variant { family_id, options }),
                external_id: row.external_id,
                metadata: serde_json::from_str(&row.metadata).map_err(data::Error::internal)?,
            },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            deleted_at: row.deleted_at,
        })
    }
}
