//! The table `landed_cost_lines`: what of a landed cost each receipt bears.

use crate::domain::costing::landed::LandedLine;
use data::{Tx, Unit};
use inventory_contract::{ItemId, LandedCostId, MovementId};
use kernel::{Ctx, Quantity, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, Set};
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "landed_cost_lines")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub landed_cost_id: LandedCostId,
    pub line: i64,
    pub movement_id: MovementId,
    pub item_id: ItemId,
    pub quantity: Quantity,
    pub amount_minor: i64,
    pub kept_minor: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(record);

/// A page of costs has so many lines at most.
const MOST: u64 = 10_000;

/// Of several, in their order.
pub async fn of(tx: &Tx, costs: &[LandedCostId]) -> Result<Vec<(LandedCostId, LandedLine)>, data::Error> {
    if costs.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx.find::<Entity>().filter(Column::LandedCostId.is_in(costs.iter().copied()));
    let found = found.order_by_asc(Column::Line).limit(MOST).all().await?;
    Ok(found.into_iter().map(|row| (row.landed_cost_id, LandedLine::from(row))).collect())
}

#[derive(FromQueryResult)]
struct Borne {
    movement_id: MovementId,
    sum_minor: i64,
}

/// Those of these movements that bear a cost; one and a credit of as much are none.
pub async fn bearing(tx: &Tx, movements: &[MovementId]) -> Result<BTreeSet<MovementId>, data::Error> {
    if movements.is_empty() {
        return Ok(BTreeSet::new());
    }
    let found = tx.find::<Entity>().filter(Column::MovementId.is_in(movements.iter().copied()));
    let found = found.limit(movements.len() as u64);
    let borne: Vec<Borne> = found.sums((Column::AmountMinor, "sum_minor"), [Column::MovementId]).await?;
    Ok(borne.into_iter().filter(|borne| borne.sum_minor != 0).map(|borne| borne.movement_id).collect())
}

pub async fn insert_all(
    unit: &Unit,
    ctx: &Ctx,
    cost: LandedCostId,
    lines: &[LandedLine],
) -> Result<(), data::Error> {
    let rows = (1..).zip(lines).map(|(number, line)| ActiveModel {
        public_id: Set(ctx.new_id::<()>().uuid()),
        landed_cost_id: Set(cost),
        line: Set(number),
        movement_id: Set(line.movement),
        item_id: Set(line.item),
        quantity: Set(line.quantity),
        amount_minor: Set(line.amount_minor),
        kept_minor: Set(line.kept_minor),
        ..Default::default()
    });
    unit.insert_all(rows.collect()).await
}

impl From<Model> for LandedLine {
    fn from(row: Model) -> Self {
        Self {
            movement: row.movement_id,
            item: row.item_id,
            quantity: row.quantity,
            amount_minor: row.amount_minor,
            kept_minor: row.kept_minor,
        }
    }
}
