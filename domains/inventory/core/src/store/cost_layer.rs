//! The table `cost_layers`: what is left of each receipt of an item that is valued first in, first out. Changed only
//! under the item's lock.

use crate::domain::costing::{Layers, Rate};
use crate::store::value_entry::value;
use data::{Tx, Unit, sql};
use inventory_contract::ItemId;
use kernel::{Ctx, Quantity, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "cost_layers")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub item_id: ItemId,
    pub number: i64,
    pub quantity: Quantity,
    pub value_minor: i64,
    pub value_millionths: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(record);

/// Read at first; most issues touch one or two. Each time twice as many, up to the most.
const FEW: u64 = 50;
const MANY: u64 = 5_000;

/// Of an item, as far as they are asked for.
#[derive(Default)]
pub struct Needed {
    pub layers: Layers,
    /// All up to this number are among them.
    pub through: i64,
}

/// The oldest, as many as cover this quantity, and those that are named.
pub async fn needed(tx: &Tx, item: ItemId, covering: i128, named: &[i64]) -> Result<Needed, data::Error> {
    let Needed { mut layers, mut through } = Needed::default();
    let (mut covered, mut after, mut few) = (0, 0, FEW);
    while covered < covering {
        let oldest = tx.find::<Entity>().filter(Column::ItemId.eq(item)).filter(Column::Number.gt(after));
        let oldest = oldest.order_by_asc(Column::Number).limit(few).all().await?;
        let Some(last) = oldest.last() else { break };
        after = last.number;
        few = MANY.min(few * 2);
        for row in &oldest {
            if covered < covering {
                covered += i128::from(row.quantity.millionths());
                layers.insert(row.number, rate(row)?);
                through = row.number;
            }
        }
    }
    if !named.is_empty() {
        let wanted = Column::Number.is_in(named.iter().copied());
        let found = tx.find::<Entity>().filter(Column::ItemId.eq(item)).filter(wanted);
        for row in found.limit(named.len() as u64).all().await? {
            layers.insert(row.number, rate(&row)?);
        }
    }
    Ok(Needed { layers, through })
}

fn rate(row: &Model) -> Result<Rate, data::Error> {
    Ok(Rate { quantity: row.quantity, value: value(row.value_minor, row.value_millionths)? })
}

pub async fn insert_all(unit: &Unit, ctx: &Ctx, layers: &[(ItemId, i64, Rate)]) -> Result<(), data::Error> {
    let rows = layers.iter().map(|(item, number, layer)| {
        let (minor, millionths) = layer.value.parts();
        ActiveModel {
            public_id: Set(ctx.new_id::<()>().uuid()),
            item_id: Set(*item),
            number: Set(*number),
            quantity: Set(layer.quantity),
            value_minor: Set(minor),
            value_millionths: Set(millionths),
            ..Default::default()
        }
    });
    unit.insert_all(rows.collect()).await
}

pub async fn write(unit: &Unit, item: ItemId, number: i64, layer: Rate) -> Result<(), data::Error> {
    let (minor, millionths) = layer.value.parts();
    let write = unit
        .update::<Entity>()
        .set(Column::Quantity, layer.quantity)
        .set(Column::ValueMinor, minor)
        .set(Column::ValueMillionths, millionths)
        .filter(Column::ItemId.eq(item))
        .filter(Column::Number.eq(number));
    write.exec().await.map(|_| ())
}

/// From the first number to the last. What is used up is not kept: its entry is.
pub async fn remove(unit: &Unit, item: ItemId, (first, last): (i64, i64)) -> Result<(), data::Error> {
    let remove = unit.sql(sql!(
        "DELETE FROM cost_layers WHERE tenant_id = $1 AND item_id = $2 AND number >= $3 AND number <= $4"
    ));
    remove.bind(item).bind(first).bind(last).exec().await.map(|_| ())
}
