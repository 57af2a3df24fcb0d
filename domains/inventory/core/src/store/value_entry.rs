//! The table `value_entries`: the ledger of what stock is worth. Rows are only ever added.

use crate::domain::costing::{Change, EntryKind, Stock, Taken, Value, ValueEntry};
use data::{Tx, Unit};
use inventory_contract::{ItemId, LandedCostId, MovementId};
use kernel::{Currency, Page, PageRequest, Quantity, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "value_entries")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub item_id: ItemId,
    pub sequence: i64,
    pub movement_id: Option<MovementId>,
    pub returns_id: Option<MovementId>,
    pub landed_cost_id: Option<LandedCostId>,
    pub kind: String,
    pub quantity: Quantity,
    pub value_minor: i64,
    pub value_millionths: i64,
    pub currency: Currency,
    pub stock_quantity: Quantity,
    pub stock_minor: i64,
    pub stock_millionths: i64,
    pub taken: Option<String>,
    pub recorded_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(ledger);

/// Far more entries than the movements of one unit have, and what came back of them.
const MOST: u64 = 100_000;
/// A statement has room for so many rows.
const AT_ONCE: usize = 500;

/// What was written down of these movements, and of what came back of them, in the order in which it was.
pub async fn of_movements(tx: &Tx, movements: &[MovementId]) -> Result<Vec<ValueEntry>, data::Error> {
    if movements.is_empty() {
        return Ok(Vec::new());
    }
    let of = tx.find::<Entity>().filter(Column::MovementId.is_in(movements.iter().copied()));
    let mut found = of.limit(MOST).all().await?;
    let returned = tx.find::<Entity>().filter(Column::ReturnsId.is_in(movements.iter().copied()));
    found.extend(returned.limit(MOST).all().await?);
    if found.len() as u64 >= MOST {
        return Err(data::Error::internal(format!("movements have {MOST} entries or more")));
    }
    found.sort_by_key(|row| (row.item_id, row.sequence));
    found.dedup_by_key(|row| (row.item_id, row.sequence));
    found.into_iter().map(ValueEntry::try_from).collect()
}

pub async fn page(tx: &Tx, item: ItemId, request: &PageRequest) -> Result<Page<ValueEntry>, data::Error> {
    let entries = tx.find::<Entity>().filter(Column::ItemId.eq(item));
    entries.page(request).await?.try_map(ValueEntry::try_from)
}

/// The entry's own `created_at` is the unit's time.
pub async fn insert_all(unit: &Unit, entries: &[ValueEntry]) -> Result<(), data::Error> {
    for entries in entries.chunks(AT_ONCE) {
        let rows = entries.iter().map(row).collect::<Result<_, _>>()?;
        unit.insert_all(rows).await?;
    }
    Ok(())
}

fn row(entry: &ValueEntry) -> Result<ActiveModel, data::Error> {
    let Change { kind, quantity, value, taken } = &entry.change;
    let taken = (!taken.is_empty()).then(|| serde_json::to_string(taken)).transpose();
    let ((value_minor, value_millionths), stock) = (value.parts(), entry.stock.value.parts());
    Ok(ActiveModel {
        public_id: Set(entry.id),
        item_id: Set(entry.item),
        sequence: Set(entry.sequence),
        movement_id: Set(entry.movement),
        returns_id: Set(entry.returns),
        landed_cost_id: Set(entry.landed_cost),
        kind: Set(kind.name().to_owned()),
        quantity: Set(*quantity),
        value_minor: Set(value_minor),
        value_millionths: Set(value_millionths),
        currency: Set(entry.currency),
        stock_quantity: Set(entry.stock.on_hand),
        stock_minor: Set(stock.0),
        stock_millionths: Set(stock.1),
        taken: Set(taken.map_err(data::Error::internal)?),
        recorded_at: Set(entry.recorded_at),
        ..Default::default()
    })
}

/// Of what is kept: it was checked when it came.
pub(super) fn value(minor: i64, millionths: i64) -> Result<Value, data::Error> {
    Value::from_parts((minor, millionths)).map_err(data::Error::internal)
}

impl TryFrom<Model> for ValueEntry {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        let unknown = || data::Error::internal(format!("a value entry of kind {}", row.kind));
        let kind = EntryKind::parse(&row.kind).ok_or_else(unknown)?;
        let taken = row.taken.as_deref().map(serde_json::from_str::<Vec<Taken>>).transpose();
        let change = Change {
            kind,
            quantity: row.quantity,
            value: value(row.value_minor, row.value_millionths)?,
            taken: taken.map_err(data::Error::internal)?.unwrap_or_default(),
        };
        let stock_value = value(row.stock_minor, row.stock_millionths)?;
        Ok(Self {
            id: row.public_id,
            item: row.item_id,
            sequence: row.sequence,
            movement: row.movement_id,
            returns: row.returns_id,
            landed_cost: row.landed_cost_id,
            change,
            currency: row.currency,
            stock: Stock { on_hand: row.stock_quantity, value: stock_value },
            recorded_at: row.recorded_at,
            created_at: row.created_at,
        })
    }
}
