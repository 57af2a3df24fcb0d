//! The table `subscriptions`.

use super::named;
use crate::domain::named::Named;
use crate::domain::period::Period;
use crate::domain::subscription::{Subscription, SubscriptionStatus};
use billing_contract::{CustomerId, PriceId, ProductId, SubscriptionId};
use data::{Error, Tx, Unit};
use kernel::{Page, PageRequest, Quantity, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::FromQueryResult;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscriptions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: SubscriptionId,
    pub customer_id: CustomerId,
    pub price_id: PriceId,
    pub quantity: Quantity,
    pub status: String,
    pub started_on: ChronoDate,
    pub current_period_start: ChronoDate,
    pub current_period_end: ChronoDate,
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

pub struct NewSubscription {
    pub id: SubscriptionId,
    pub customer: CustomerId,
    pub price: PriceId,
    pub quantity: Quantity,
    pub started_on: ChronoDate,
    pub period: Period,
}

pub async fn insert(unit: &Unit, new: NewSubscription) -> Result<Subscription, Error> {
    let row = ActiveModel {
        public_id: Set(new.id),
        customer_id: Set(new.customer),
        price_id: Set(new.price),
        quantity: Set(new.quantity),
        status: Set(SubscriptionStatus::Active.name().to_owned()),
        started_on: Set(new.started_on),
        current_period_start: Set(new.period.start),
        current_period_end: Set(new.period.end),
        ..Default::default()
    };
    read(unit.insert(row).await?)
}

pub async fn find(tx: &Tx, id: SubscriptionId) -> Result<Option<Subscription>, Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(read).transpose()
}

pub async fn page(
    tx: &Tx,
    customer: Option<CustomerId>,
    request: &PageRequest,
) -> Result<Page<Subscription>, Error> {
    let mut found = tx.find::<Entity>();
    if let Some(customer) = customer {
        found = found.filter(Column::CustomerId.eq(customer));
    }
    found.page(request).await?.try_map(read)
}

pub async fn set_period(unit: &Unit, id: SubscriptionId, period: Period) -> Result<(), Error> {
    unit.update::<Entity>()
        .filter(Column::PublicId.eq(id))
        .set(Column::CurrentPeriodStart, period.start)
        .set(Column::CurrentPeriodEnd, period.end)
        .exec()
        .await?;
    Ok(())
}

/// Whether one of this customer's goes on.
pub async fn any_active_of(tx: &Tx, customer: CustomerId) -> Result<bool, Error> {
    let active =
        tx.find::<Entity>().filter(Column::CustomerId.eq(customer)).filter(Column::Status.eq("active"));
    Ok(active.limit(1).one().await?.is_some())
}

/// Whether this customer has or had one.
pub async fn any_of(tx: &Tx, customer: CustomerId) -> Result<bool, Error> {
    let found = tx.find::<Entity>().filter(Column::CustomerId.eq(customer)).limit(1);
    Ok(found.one().await?.is_some())
}

/// Whether one is or was to this price.
pub async fn any_at(tx: &Tx, price: PriceId) -> Result<bool, Error> {
    Ok(tx.find::<Entity>().filter(Column::PriceId.eq(price)).limit(1).one().await?.is_some())
}

/// Whether anybody's subscription to a price of this product goes on.
pub async fn any_active_to(tx: &Tx, product: ProductId) -> Result<bool, Error> {
    let sql = data::sql!(
        "SELECT s.version FROM prices p JOIN subscriptions s ON s.tenant_id = p.tenant_id \
         AND s.price_id = p.public_id AND s.status = 'active' AND s.deleted_at IS NULL \
         WHERE p.tenant_id = $1 AND p.product_id = $2 LIMIT 1"
    );
    Ok(tx.sql(sql).bind(product).one::<Found>().await?.is_some())
}

#[derive(FromQueryResult)]
struct Found {
    #[expect(dead_code, reason = "that there is a row is the answer")]
    version: i64,
}

fn read(row: Model) -> Result<Subscription, Error> {
    Ok(Subscription {
        id: row.public_id,
        customer: row.customer_id,
        price: row.price_id,
        quantity: row.quantity,
        status: named(&row.status)?,
        started_on: row.started_on,
        period: Period { start: row.current_period_start, end: row.current_period_end },
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
