//! The table `movements`: the ledger. Rows are only ever added; the database refuses anything else.

use crate::domain::movement::{Movement, MovementKind};
use data::{Tx, Unit};
use inventory_contract::{ItemId, MovementId, ReservationId};
use kernel::{Page, PageRequest, Quantity, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "movements")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: MovementId,
    pub item_id: ItemId,
    pub sequence: i64,
    pub kind: String,
    pub quantity: Quantity,
    pub happened_at: DateTimeUtc,
    pub reservation_id: Option<ReservationId>,
    pub reference: Option<String>,
    pub actor: String,
    pub reason: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(ledger);

pub async fn find(tx: &Tx, id: MovementId) -> Result<Option<Movement>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(Movement::try_from).transpose()
}

pub async fn page(
    tx: &Tx,
    item: Option<ItemId>,
    request: &PageRequest,
) -> Result<Page<Movement>, data::Error> {
    let mut movements = tx.find::<Entity>();
    if let Some(item) = item {
        movements = movements.filter(Column::ItemId.eq(item));
    }
    let page = movements.page(request).await?;
    let data = page.data.into_iter().map(Movement::try_from).collect::<Result<_, _>>()?;
    Ok(Page { data, next_cursor: page.next_cursor })
}

/// `recorded_at` is the unit's time, whatever the movement says.
pub async fn insert(unit: &Unit, movement: &Movement) -> Result<Movement, data::Error> {
    unit.insert(row(movement)).await.and_then(Movement::try_from)
}

pub async fn insert_all(unit: &Unit, movements: &[Movement]) -> Result<(), data::Error> {
    unit.insert_all(movements.iter().map(row).collect()).await
}

fn row(movement: &Movement) -> ActiveModel {
    ActiveModel {
        public_id: Set(movement.id),
        item_id: Set(movement.item),
        sequence: Set(movement.sequence),
        kind: Set(movement.kind.name().to_owned()),
        quantity: Set(movement.quantity),
        happened_at: Set(movement.happened_at),
        reservation_id: Set(movement.reservation),
        reference: Set(movement.reference.clone()),
        actor: Set(movement.actor.clone()),
        reason: Set(movement.reason.clone()),
        ..Default::default()
    }
}

impl TryFrom<Model> for Movement {
    type Error = data::Error;
    fn try_from(row: Model) -> Result<Self, data::Error> {
        let kind = MovementKind::parse(&row.kind);
        Ok(Self {
            id: row.public_id,
            item: row.item_id,
            sequence: row.sequence,
            kind: kind.ok_or_else(|| data::Error::internal(format!("a movement of kind {}", row.kind)))?,
            quantity: row.quantity,
            happened_at: row.happened_at,
            recorded_at: row.created_at,
            reservation: row.reservation_id,
            reference: row.reference,
            actor: row.actor,
            reason: row.reason,
        })
    }
}
