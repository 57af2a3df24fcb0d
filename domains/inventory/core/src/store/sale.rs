//! The table `sales`. Rows are added and taken away by imports alone, and never changed.

use crate::domain::sale::{Sale, SaleFields};
use chrono::{DateTime, Utc};
use data::{Tx, Unit, sql};
use inventory_contract::{ItemId, SaleId, WarehouseId};
use kernel::money::round_half_even;
use kernel::{Currency, Money, Page, PageRequest, Quantity, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, Set};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sales")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: SaleId,
    pub document: String,
    pub item_id: ItemId,
    pub quantity: Quantity,
    pub sold_at: DateTimeUtc,
    pub unit_price_minor: Option<i64>,
    pub currency: Option<Currency>,
    pub customer: Option<String>,
    pub warehouse_id: Option<WarehouseId>,
    pub import_id: Uuid,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(record);

#[derive(Clone, Debug, Default)]
pub struct SaleFilter {
    pub item: Option<ItemId>,
    pub document: Option<String>,
}

pub async fn find(tx: &Tx, id: SaleId) -> Result<Option<Sale>, data::Error> {
    Ok(tx.by_id::<Entity, _>(id).one().await?.map(Sale::from))
}

pub async fn page(tx: &Tx, filter: &SaleFilter, request: &PageRequest) -> Result<Page<Sale>, data::Error> {
    let mut sales = tx.find::<Entity>();
    if let Some(item) = filter.item {
        sales = sales.filter(Column::ItemId.eq(item));
    }
    if let Some(document) = &filter.document {
        sales = sales.filter(Column::Document.eq(document));
    }
    Ok(sales.page(request).await?.map(Sale::from))
}

/// Whether any of these items was sold.
pub async fn any_of(tx: &Tx, items: &[ItemId]) -> Result<bool, data::Error> {
    let found = tx.find::<Entity>().filter(Column::ItemId.is_in(items.iter().copied()));
    Ok(!items.is_empty() && found.limit(1).one().await?.is_some())
}

/// By their ids, those after this one.
pub async fn after(tx: &Tx, last: Option<SaleId>, most: usize) -> Result<Vec<Sale>, data::Error> {
    let mut sales = tx.find::<Entity>();
    if let Some(last) = last {
        sales = sales.filter(Column::PublicId.gt(last));
    }
    let found = sales.order_by_asc(Column::PublicId).limit(most as u64).all().await?;
    Ok(found.into_iter().map(Sale::from).collect())
}

/// Those of these that are there.
pub async fn with_ids(tx: &Tx, ids: &[SaleId]) -> Result<Vec<Sale>, data::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx.find::<Entity>().filter(Column::PublicId.is_in(ids.iter().copied()));
    Ok(found.limit(ids.len() as u64).all().await?.into_iter().map(Sale::from).collect())
}

pub async fn insert_all(
    unit: &Unit,
    import: Uuid,
    sales: &[(SaleId, &SaleFields)],
) -> Result<(), data::Error> {
    let row = |(id, fields): &(SaleId, &SaleFields)| ActiveModel {
        public_id: Set(*id),
        document: Set(fields.document.clone()),
        item_id: Set(fields.item),
        quantity: Set(fields.quantity),
        sold_at: Set(fields.sold_at),
        unit_price_minor: Set(fields.unit_price.map(|price| price.amount_minor)),
        currency: Set(fields.unit_price.map(|price| price.currency)),
        customer: Set(fields.customer.clone()),
        warehouse_id: Set(fields.warehouse),
        import_id: Set(import),
        ..Default::default()
    };
    unit.insert_all(sales.iter().map(row).collect()).await
}

pub async fn delete_all(unit: &Unit, sales: &[SaleId]) -> Result<(), data::Error> {
    if sales.is_empty() {
        return Ok(());
    }
    let delete = unit.delete::<Entity>().filter(Column::PublicId.is_in(sales.iter().copied()));
    delete.exec().await.map(drop)
}

/// What was sold of an item in a currency.
#[derive(Debug, FromQueryResult)]
pub struct SoldRow {
    pub item_id: ItemId,
    pub sku: String,
    pub name: String,
    pub unit: String,
    /// Empty for what was sold without a price.
    pub currency: String,
    pub quantity: Quantity,
    millions: i64,
    ones: i64,
    million_millionths: i64,
    millionths: i64,
}

const MILLION: i128 = 1_000_000;

impl SoldRow {
    /// All of it together is rounded once, half to even.
    pub fn amount(&self) -> Result<Option<Money>, data::Error> {
        if self.currency.is_empty() {
            return Ok(None);
        }
        let currency: Currency = self.currency.parse().map_err(data::Error::internal)?;
        let sum = i128::from(self.millions) * MILLION * MILLION
            + (i128::from(self.ones) + i128::from(self.million_millionths)) * MILLION
            + i128::from(self.millionths);
        let minor = i64::try_from(round_half_even(sum, MILLION)).map_err(data::Error::internal)?;
        Ok(Some(Money::new(minor, currency)))
    }
}

/// By SKU, item and currency, those after the one at this place. A price times a quantity does not fit into the
/// column's range, so that both are taken apart at their millions and summed up by the four products.
pub async fn sold(
    tx: &Tx,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    (sku, item, currency): &(String, Uuid, String),
) -> Result<Vec<SoldRow>, data::Error> {
    let rows = tx.sql(sql!(
        "SELECT s.item_id, i.sku, i.name, i.unit, COALESCE(s.currency, '') AS currency, \
         CAST(SUM(s.quantity) AS BIGINT) AS quantity, \
         CAST(COALESCE(SUM((s.unit_price_minor / 1000000) * (s.quantity / 1000000)), 0) AS BIGINT) AS millions, \
         CAST(COALESCE(SUM((s.unit_price_minor % 1000000) * (s.quantity / 1000000)), 0) AS BIGINT) AS ones, \
         CAST(COALESCE(SUM((s.unit_price_minor / 1000000) * (s.quantity % 1000000)), 0) AS BIGINT) \
         AS million_millionths, \
         CAST(COALESCE(SUM((s.unit_price_minor % 1000000) * (s.quantity % 1000000)), 0) AS BIGINT) AS millionths \
         FROM sales s JOIN items i ON i.tenant_id = s.tenant_id AND i.public_id = s.item_id \
         WHERE s.tenant_id = $1 AND s.deleted_at IS NULL AND s.sold_at >= $2 AND s.sold_at < $3 \
         AND (i.sku, s.item_id, COALESCE(s.currency, '')) > ($4, $5, $6) \
         GROUP BY s.item_id, i.sku, i.name, i.unit, COALESCE(s.currency, '') \
         ORDER BY i.sku, s.item_id, COALESCE(s.currency, '') LIMIT 200"
    ));
    rows.bind(from).bind(until).bind(sku.as_str()).bind(*item).bind(currency.as_str()).all().await
}

impl From<Model> for Sale {
    fn from(row: Model) -> Self {
        let price = row.unit_price_minor.zip(row.currency);
        Self {
            id: row.public_id,
            fields: SaleFields {
                document: row.document,
                item: row.item_id,
                quantity: row.quantity,
                sold_at: row.sold_at,
                unit_price: price.map(|(amount_minor, currency)| Money::new(amount_minor, currency)),
                customer: row.customer,
                warehouse: row.warehouse_id,
            },
            import: row.import_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
