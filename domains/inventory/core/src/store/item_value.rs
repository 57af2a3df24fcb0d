//! The table `item_values`: what each item's stock is worth, as its next movement needs to know it. Changed only under the
//! item's lock.

use crate::domain::costing::{ItemValue, Rate, Stock};
use crate::store::value_entry::{self, value};
use chrono::{DateTime, Utc};
use data::{Tx, Unit, With};
use inventory_contract::ItemId;
use kernel::{Currency, Page, PageRequest, Quantity, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Condition, DynIden, Expr, ExprTrait, Order, Query};
use sea_orm::{FromQueryResult, Set};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "item_values")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub item_id: ItemId,
    pub currency: Currency,
    pub on_hand: Quantity,
    pub value_minor: i64,
    pub value_millionths: i64,
    pub last_quantity: Option<Quantity>,
    pub last_minor: Option<i64>,
    pub last_millionths: Option<i64>,
    pub next_sequence: i64,
    pub last_recorded_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(record);

/// Those of these items that have one.
pub async fn of(tx: &Tx, items: &[ItemId]) -> Result<BTreeMap<ItemId, ItemValue>, data::Error> {
    if items.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = tx.find::<Entity>().filter(Column::ItemId.is_in(items.iter().copied()));
    let found = found.limit(items.len() as u64).all().await?;
    found.iter().map(|row| Ok((row.item_id, ItemValue::try_from(row)?))).collect()
}

pub async fn insert_all(unit: &Unit, values: &[(Uuid, ItemId, ItemValue)]) -> Result<(), data::Error> {
    let rows = values.iter().map(|(id, item, of)| {
        let ((minor, millionths), last) = (of.stock.value.parts(), of.last_cost);
        let last_parts = last.map(|last| last.value.parts());
        ActiveModel {
            public_id: Set(*id),
            item_id: Set(*item),
            currency: Set(of.currency),
            on_hand: Set(of.stock.on_hand),
            value_minor: Set(minor),
            value_millionths: Set(millionths),
            last_quantity: Set(last.map(|last| last.quantity)),
            last_minor: Set(last_parts.map(|parts| parts.0)),
            last_millionths: Set(last_parts.map(|parts| parts.1)),
            next_sequence: Set(of.next_sequence),
            last_recorded_at: Set(of.recorded_at),
            ..Default::default()
        }
    });
    unit.insert_all(rows.collect()).await
}

pub async fn write(unit: &Unit, item: ItemId, of: &ItemValue) -> Result<(), data::Error> {
    let ((minor, millionths), last) = (of.stock.value.parts(), of.last_cost);
    let last_parts = last.map(|last| last.value.parts());
    let write = unit
        .update::<Entity>()
        .set(Column::OnHand, of.stock.on_hand)
        .set(Column::ValueMinor, minor)
        .set(Column::ValueMillionths, millionths)
        .set(Column::LastQuantity, last.map(|last| last.quantity))
        .set(Column::LastMinor, last_parts.map(|parts| parts.0))
        .set(Column::LastMillionths, last_parts.map(|parts| parts.1))
        .set(Column::NextSequence, of.next_sequence)
        .set(Column::LastRecordedAt, of.recorded_at)
        .filter(Column::ItemId.eq(item));
    write.exec().await.map(|_| ())
}

/// What an item's stock was worth at some instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valued {
    pub id: Uuid,
    pub item: ItemId,
    pub currency: Currency,
    pub stock: Stock,
    /// Of the last entry by then.
    pub sequence: i64,
    pub recorded_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

/// As it is now.
pub async fn page(tx: &Tx, item: Option<ItemId>, request: &PageRequest) -> Result<Page<Valued>, data::Error> {
    let mut values = tx.find::<Entity>();
    if let Some(item) = item {
        values = values.filter(Column::ItemId.eq(item));
    }
    values.page(request).await?.try_map(|row: Model| {
        Ok(Valued {
            id: row.public_id,
            item: row.item_id,
            currency: row.currency,
            stock: Stock { on_hand: row.on_hand, value: value(row.value_minor, row.value_millionths)? },
            sequence: row.next_sequence - 1,
            recorded_at: row.last_recorded_at,
            created_at: row.created_at,
        })
    })
}

/// The last entry that an item had.
#[derive(FromQueryResult)]
struct Last {
    sequence: i64,
    recorded_at: DateTimeUtc,
    stock_quantity: Quantity,
    stock_minor: i64,
    stock_millionths: i64,
}

const OF_ENTRY: [value_entry::Column; 5] = [
    value_entry::Column::Sequence,
    value_entry::Column::RecordedAt,
    value_entry::Column::StockQuantity,
    value_entry::Column::StockMinor,
    value_entry::Column::StockMillionths,
];

/// As it was recorded by then. Items that had no value yet are left out; a row is there a moment after its first entry, so none
/// that came after `latest` need be looked at.
pub async fn page_as_of(
    tx: &Tx,
    item: Option<ItemId>,
    (as_of, latest): (DateTime<Utc>, DateTime<Utc>),
    request: &PageRequest,
) -> Result<Page<Valued>, data::Error> {
    let mut values = tx.find::<Entity>().filter(Column::CreatedAt.lte(latest));
    if let Some(item) = item {
        values = values.filter(Column::ItemId.eq(item));
    }
    let last = Entity::belongs_to(value_entry::Entity)
        .from((Column::TenantId, Column::ItemId))
        .to((value_entry::Column::TenantId, value_entry::Column::ItemId))
        .on_condition(move |values, entries| last_by(as_of, &values, entries));
    let page: Page<With<Model, Last>> = values.with(last.into(), OF_ENTRY).page(request).await?;
    page.try_map(|With { row, also }| {
        let stock_value = value(also.stock_minor, also.stock_millionths)?;
        Ok(Valued {
            id: row.public_id,
            item: row.item_id,
            currency: row.currency,
            stock: Stock { on_hand: also.stock_quantity, value: stock_value },
            sequence: also.sequence,
            recorded_at: also.recorded_at,
            created_at: row.created_at,
        })
    })
}

/// One look into an index for each item, however many entries it has.
fn last_by(as_of: DateTime<Utc>, values: &DynIden, entries: DynIden) -> Condition {
    use value_entry::Column as Of;
    let earlier = |column: Of| (Alias::new("earlier"), column);
    let last = Query::select()
        .column(earlier(Of::Id))
        .from_as(value_entry::Entity, Alias::new("earlier"))
        .and_where(Expr::col(earlier(Of::TenantId)).equals((values.clone(), Column::TenantId)))
        .and_where(Expr::col(earlier(Of::ItemId)).equals((values.clone(), Column::ItemId)))
        .and_where(Expr::col(earlier(Of::RecordedAt)).lte(as_of))
        .order_by(earlier(Of::RecordedAt), Order::Desc)
        .order_by(earlier(Of::Sequence), Order::Desc)
        .limit(1)
        .to_owned();
    Condition::all().add(Expr::col((entries, Of::Id)).eq(Expr::from(last)))
}

impl TryFrom<&Model> for ItemValue {
    type Error = data::Error;

    fn try_from(row: &Model) -> Result<Self, data::Error> {
        let last_cost = match (row.last_quantity, row.last_minor, row.last_millionths) {
            (Some(quantity), Some(minor), Some(millionths)) => {
                Some(Rate { quantity, value: value(minor, millionths)? })
            }
            _ => None,
        };
        Ok(Self {
            currency: row.currency,
            stock: Stock { on_hand: row.on_hand, value: value(row.value_minor, row.value_millionths)? },
            last_cost,
            next_sequence: row.next_sequence,
            recorded_at: row.last_recorded_at,
        })
    }
}
