//! The table `transfer_lines`. Lines belong to their transfer and change only with it.

use crate::domain::movement::EnteredQuantity;
use crate::domain::transfer::{MAX_LINES, TransferLine};
use data::{Tx, Unit};
use inventory_contract::{ItemId, LotId, TransferId};
use kernel::{Ctx, Quantity, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "transfer_lines")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub transfer_id: TransferId,
    pub position: i64,
    pub item_id: ItemId,
    pub lot_id: Option<LotId>,
    pub quantity: Quantity,
    pub entered_quantity: Option<Quantity>,
    pub entered_unit: Option<String>,
    pub received: Quantity,
    pub lost: Quantity,
    pub settled_entered: Quantity,
    pub entered_rounding: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(record);

/// In their order.
pub async fn of(tx: &Tx, transfer: TransferId) -> Result<Vec<TransferLine>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::TransferId.eq(transfer)).order_by_asc(Column::Position);
    Ok(found.limit(MAX_LINES as u64).all().await?.into_iter().map(TransferLine::from).collect())
}

pub async fn insert_all(
    unit: &Unit,
    ctx: &Ctx,
    transfer: TransferId,
    lines: &[TransferLine],
) -> Result<(), data::Error> {
    let rows = lines.iter().map(|line| ActiveModel {
        public_id: Set(ctx.new_id::<()>().uuid()),
        transfer_id: Set(transfer),
        position: Set(line.line),
        item_id: Set(line.item),
        lot_id: Set(line.lot),
        quantity: Set(line.quantity),
        entered_quantity: Set(line.entered.as_ref().map(|entered| entered.quantity)),
        entered_unit: Set(line.entered.as_ref().map(|entered| entered.unit.clone())),
        received: Set(line.received),
        lost: Set(line.lost),
        settled_entered: Set(line.settled_entered),
        entered_rounding: Set(line.entered.as_ref().and_then(|entered| entered.rounding.clone())),
        ..Default::default()
    });
    unit.insert_all(rows.collect()).await
}

/// What became of the line by now.
pub async fn settle(unit: &Unit, transfer: TransferId, line: &TransferLine) -> Result<(), data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Received, line.received)
        .set(Column::Lost, line.lost)
        .set(Column::SettledEntered, line.settled_entered)
        .filter(Column::TransferId.eq(transfer))
        .filter(Column::Position.eq(line.line));
    update.exec().await.map(|_| ())
}

impl From<Model> for TransferLine {
    fn from(row: Model) -> Self {
        let entered = row.entered_quantity.zip(row.entered_unit);
        Self {
            line: row.position,
            item: row.item_id,
            lot: row.lot_id,
            quantity: row.quantity,
            entered: entered.map(|(quantity, unit)| EnteredQuantity {
                quantity,
                unit,
                rounding: row.entered_rounding,
            }),
            received: row.received,
            lost: row.lost,
            settled_entered: row.settled_entered,
        }
    }
}
