//! The table `assemblies`: what was made of its parts, or taken apart. Rows are only ever added.

use crate::domain::kit::{Assembly, Direction};
use crate::domain::movement::EnteredQuantity;
use data::{Tx, Unit};
use inventory_contract::{AssemblyId, ItemId, WarehouseId};
use kernel::{Page, PageRequest, Quantity, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "assemblies")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: AssemblyId,
    pub item_id: ItemId,
    pub warehouse_id: WarehouseId,
    pub direction: String,
    pub quantity: Quantity,
    pub entered_quantity: Option<Quantity>,
    pub entered_unit: Option<String>,
    pub happened_at: DateTimeUtc,
    pub reference: Option<String>,
    pub actor: String,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(ledger);

pub async fn insert(unit: &Unit, assembly: &Assembly) -> Result<(), data::Error> {
    let entered = assembly.entered.as_ref();
    let row = ActiveModel {
        public_id: Set(assembly.id),
        item_id: Set(assembly.item),
        warehouse_id: Set(assembly.warehouse),
        direction: Set(assembly.direction.name().to_owned()),
        quantity: Set(assembly.quantity),
        entered_quantity: Set(entered.map(|entered| entered.quantity)),
        entered_unit: Set(entered.map(|entered| entered.unit.clone())),
        happened_at: Set(assembly.happened_at),
        reference: Set(assembly.reference.clone()),
        actor: Set(assembly.actor.clone()),
        ..Default::default()
    };
    unit.insert(row).await.map(drop)
}

pub async fn find(tx: &Tx, id: AssemblyId) -> Result<Option<Assembly>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(Assembly::try_from).transpose()
}

pub async fn page(
    tx: &Tx,
    item: Option<ItemId>,
    request: &PageRequest,
) -> Result<Page<Assembly>, data::Error> {
    let mut assemblies = tx.find::<Entity>();
    if let Some(item) = item {
        assemblies = assemblies.filter(Column::ItemId.eq(item));
    }
    assemblies.page(request).await?.try_map(Assembly::try_from)
}

impl TryFrom<Model> for Assembly {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        let direction = Direction::parse(&row.direction);
        let entered = row.entered_quantity.zip(row.entered_unit);
        Ok(Self {
            id: row.public_id,
            item: row.item_id,
            warehouse: row.warehouse_id,
            direction: direction
                .ok_or_else(|| data::Error::internal(format!("an assembly is {}", row.direction)))?,
            quantity: row.quantity,
            entered: entered.map(|(quantity, unit)| EnteredQuantity { quantity, unit, rounding: None }),
            happened_at: row.happened_at,
            reference: row.reference,
            actor: row.actor,
            created_at: row.created_at,
        })
    }
}
