//! The table `subscriptions`.

use super::{named, try_page};
use crate::domain::named::Named;
use crate::domain::period::Period;
use crate::domain::subscription::{Subscription, SubscriptionStatus};
use billing_contract::{CustomerId, PriceId, SubscriptionId};
use data::{Error, Tx, Unit};
use kernel::{Page, PageRequest, Quantity, TenantId};
use sea_orm::ActiveValue::Set;
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
    try_page(found.page(request).await?, read)
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
