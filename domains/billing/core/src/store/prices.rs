//! The table `prices`.

use super::{named, products};
use crate::domain::import_price::NewPrice;
use crate::domain::named::Named;
use crate::domain::product::{Interval, Offer, Price, Product};
use billing_contract::{PriceId, ProductId};
use data::{Error, Tx, Unit};
use kernel::{Currency, Money, Page, PageRequest, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "prices")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: PriceId,
    pub product_id: ProductId,
    pub amount_minor: i64,
    pub currency: Currency,
    pub billing_interval: String,
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

pub async fn insert(
    unit: &Unit,
    id: PriceId,
    product: ProductId,
    unit_amount: Money,
    interval: Interval,
) -> Result<Price, Error> {
    read(unit.insert(row(id, product, unit_amount, interval)).await?)
}

pub async fn insert_all(unit: &Unit, new: &[NewPrice]) -> Result<(), Error> {
    let row = |new: &NewPrice| row(new.id, new.product, new.unit_amount, new.interval);
    unit.insert_all(new.iter().map(row).collect()).await
}

fn row(id: PriceId, product: ProductId, unit_amount: Money, interval: Interval) -> ActiveModel {
    ActiveModel {
        public_id: Set(id),
        product_id: Set(product),
        amount_minor: Set(unit_amount.amount_minor),
        currency: Set(unit_amount.currency),
        billing_interval: Set(interval.name().to_owned()),
        ..Default::default()
    }
}

pub async fn find(tx: &Tx, id: PriceId) -> Result<Option<Price>, Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(read).transpose()
}

pub async fn page_of(tx: &Tx, product: ProductId, request: &PageRequest) -> Result<Page<Price>, Error> {
    let page = tx.find::<Entity>().filter(Column::ProductId.eq(product)).page(request).await?;
    page.try_map(read)
}

/// Both are locked, so that they stay while something comes to depend on the price: the product first, as by all who
/// hold both.
pub async fn offer_to_keep(unit: &Unit, id: PriceId) -> Result<Option<Offer>, Error> {
    let Some(price) = find(unit, id).await? else { return Ok(None) };
    let product = products::find_to_keep(unit, price.product).await?;
    let Some(price) = all_to_keep(unit, vec![id]).await?.pop() else { return Ok(None) };
    Ok(product.map(|Product { fields, .. }| Offer {
        price,
        product_name: fields.name,
        product_active: fields.active,
    }))
}

/// The prices of these ids that exist, each with its product. They stay until the transaction ends.
pub async fn offers(unit: &Unit, ids: Vec<PriceId>) -> Result<BTreeMap<PriceId, Offer>, Error> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let prices = all_to_keep(unit, ids).await?;
    let products = products::all(unit, prices.iter().map(|price| price.product).collect()).await?;
    let mut offers = BTreeMap::new();
    for price in prices {
        let Some(product) = products.iter().find(|product| product.id == price.product) else { continue };
        let (product_name, product_active) = (product.fields.name.clone(), product.fields.active);
        offers.insert(price.id, Offer { price, product_name, product_active });
    }
    Ok(offers)
}

/// In one order, so that of two who hold several neither waits for the other.
pub async fn all_to_keep(unit: &Unit, ids: Vec<PriceId>) -> Result<Vec<Price>, Error> {
    let limit = ids.len() as u64;
    let found = unit.find::<Entity>().filter(Column::PublicId.is_in(ids)).to_keep();
    let found = found.order_by_asc(Column::PublicId).limit(limit).all().await?;
    found.into_iter().map(read).collect()
}

/// Only to take them away: a price never changes.
pub async fn all_to_change(unit: &Unit, ids: Vec<PriceId>) -> Result<Vec<Price>, Error> {
    let limit = ids.len() as u64;
    let found = unit.find::<Entity>().filter(Column::PublicId.is_in(ids)).to_change();
    let found = found.order_by_asc(Column::PublicId).limit(limit).all().await?;
    found.into_iter().map(read).collect()
}

/// The next of these products' prices of one of these amounts, by their ids. They stay until the transaction ends.
pub async fn of_products_to_keep(
    unit: &Unit,
    products: &[ProductId],
    amounts_minor: &[i64],
    last: Option<PriceId>,
    most: usize,
) -> Result<Vec<Price>, Error> {
    let mut found = unit
        .find::<Entity>()
        .filter(Column::ProductId.is_in(products.iter().copied()))
        .filter(Column::AmountMinor.is_in(amounts_minor.iter().copied()));
    if let Some(last) = last {
        found = found.filter(Column::PublicId.gt(last));
    }
    let found = found.to_keep().order_by_asc(Column::PublicId).limit(most as u64);
    found.all().await?.into_iter().map(read).collect()
}

/// By their ids, those after this one.
pub async fn after(tx: &Tx, last: Option<PriceId>, most: usize) -> Result<Vec<Price>, Error> {
    let mut found = tx.find::<Entity>();
    if let Some(last) = last {
        found = found.filter(Column::PublicId.gt(last));
    }
    let found = found.order_by_asc(Column::PublicId).limit(most as u64);
    found.all().await?.into_iter().map(read).collect()
}

/// Whether there was one to delete.
pub async fn delete(unit: &Unit, id: PriceId) -> Result<bool, Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

fn read(row: Model) -> Result<Price, Error> {
    Ok(Price {
        id: row.public_id,
        product: row.product_id,
        unit_amount: Money::new(row.amount_minor, row.currency),
        interval: named(&row.billing_interval)?,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
