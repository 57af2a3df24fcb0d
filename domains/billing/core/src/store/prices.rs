//! The table `prices`.

use super::{named, products};
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
    let row = ActiveModel {
        public_id: Set(id),
        product_id: Set(product),
        amount_minor: Set(unit_amount.amount_minor),
        currency: Set(unit_amount.currency),
        billing_interval: Set(interval.name().to_owned()),
        ..Default::default()
    };
    read(unit.insert(row).await?)
}

pub async fn find(tx: &Tx, id: PriceId) -> Result<Option<Price>, Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(read).transpose()
}

pub async fn page_of(tx: &Tx, product: ProductId, request: &PageRequest) -> Result<Page<Price>, Error> {
    let page = tx.find::<Entity>().filter(Column::ProductId.eq(product)).page(request).await?;
    page.try_map(read)
}

/// The product is locked, so that it stays while something comes to depend on its price.
pub async fn offer_to_keep(unit: &Unit, id: PriceId) -> Result<Option<Offer>, Error> {
    let Some(price) = find(unit, id).await? else { return Ok(None) };
    let product = products::find_to_keep(unit, price.product).await?;
    Ok(product.map(|Product { fields, .. }| Offer {
        price,
        product_name: fields.name,
        product_active: fields.active,
    }))
}

/// The prices of these ids that exist, each with its product.
pub async fn offers(tx: &Tx, ids: Vec<PriceId>) -> Result<BTreeMap<PriceId, Offer>, Error> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let limit = ids.len() as u64;
    let rows = tx.find::<Entity>().filter(Column::PublicId.is_in(ids)).limit(limit).all().await?;
    let products = products::all(tx, rows.iter().map(|row| row.product_id).collect()).await?;
    let mut offers = BTreeMap::new();
    for row in rows {
        let Some(product) = products.iter().find(|product| product.id == row.product_id) else { continue };
        let (product_name, product_active) = (product.fields.name.clone(), product.fields.active);
        offers.insert(row.public_id, Offer { price: read(row)?, product_name, product_active });
    }
    Ok(offers)
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
