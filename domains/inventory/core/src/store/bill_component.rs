//! The table `bill_components`: what one of an item takes of each of its parts. Written and deleted, never changed.

use crate::domain::kit::{Component, MAX_COMPONENTS};
use crate::domain::movement::EnteredQuantity;
use data::{Tx, Unit, sql};
use inventory_contract::ItemId;
use kernel::{Ctx, Quantity, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, Set};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bill_components")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub item_id: ItemId,
    pub position: i64,
    pub component_id: ItemId,
    pub quantity: Quantity,
    pub entered_quantity: Option<Quantity>,
    pub entered_unit: Option<String>,
    pub entered_rounding: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(ledger);

/// Of one item, in their order.
pub async fn of(tx: &Tx, item: ItemId) -> Result<Vec<Component>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::ItemId.eq(item)).order_by_asc(Column::Position);
    let found = found.limit(MAX_COMPONENTS as u64).all().await?;
    Ok(found.into_iter().map(Component::from).collect())
}

/// Of several items: whose, what and how much.
pub async fn of_several(tx: &Tx, items: &[ItemId]) -> Result<Vec<(ItemId, ItemId, Quantity)>, data::Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx.find::<Entity>().filter(Column::ItemId.is_in(items.iter().copied()));
    let found = found.order_by_asc(Column::ItemId).order_by_asc(Column::Position);
    let found = found.limit((items.len() * MAX_COMPONENTS) as u64).all().await?;
    Ok(found.into_iter().map(|row| (row.item_id, row.component_id, row.quantity)).collect())
}

pub async fn replace(
    unit: &Unit,
    ctx: &Ctx,
    item: ItemId,
    components: &[Component],
) -> Result<(), data::Error> {
    let delete = unit.sql(sql!("DELETE FROM bill_components WHERE tenant_id = $1 AND item_id = $2"));
    delete.bind(item).exec().await?;
    let rows = components.iter().zip(1i64..).map(|(component, position)| ActiveModel {
        public_id: Set(ctx.new_id::<()>().uuid()),
        item_id: Set(item),
        position: Set(position),
        component_id: Set(component.item),
        quantity: Set(component.quantity),
        entered_quantity: Set(component.entered.as_ref().map(|entered| entered.quantity)),
        entered_unit: Set(component.entered.as_ref().map(|entered| entered.unit.clone())),
        entered_rounding: Set(component.entered.as_ref().and_then(|entered| entered.rounding.clone())),
        ..Default::default()
    });
    unit.insert_all(rows.collect()).await
}

/// How many bills stand above each other from the item on, its own not counted.
pub async fn levels_above(tx: &Tx, item: ItemId, most: i64) -> Result<usize, data::Error> {
    let above = sql!(
        "WITH RECURSIVE above (item_id, depth) AS (\
         SELECT item_id, 1 FROM bill_components WHERE tenant_id = $1 AND component_id = $2 \
         UNION SELECT c.item_id, a.depth + 1 FROM above a \
         JOIN bill_components c ON c.tenant_id = $1 AND c.component_id = a.item_id \
         WHERE a.depth < $3) \
         SELECT CAST(coalesce(max(depth), 0) AS BIGINT) AS depth FROM above"
    );
    let found: Option<Above> = tx.sql(above).bind(item).bind(most).one().await?;
    Ok(found.and_then(|found| usize::try_from(found.depth).ok()).unwrap_or_default())
}

#[derive(FromQueryResult)]
struct Above {
    depth: i64,
}

#[derive(FromQueryResult)]
struct Named {
    sku: String,
}

/// Whether any of these items is a part, of an item that may be deleted.
pub async fn any_uses(tx: &Tx, components: &[ItemId]) -> Result<bool, data::Error> {
    let found = tx.find::<Entity>().filter(Column::ComponentId.is_in(components.iter().copied()));
    Ok(!components.is_empty() && found.limit(1).one().await?.is_some())
}

/// The sku of an item that is there and has this one as a part.
pub async fn user_of(tx: &Tx, component: ItemId) -> Result<Option<String>, data::Error> {
    let user = tx.sql(sql!(
        "SELECT i.sku FROM bill_components c JOIN items i ON i.tenant_id = c.tenant_id AND i.public_id = c.item_id \
         WHERE c.tenant_id = $1 AND c.component_id = $2 AND i.deleted_at IS NULL LIMIT 1"
    ));
    let found: Option<Named> = user.bind(component).one().await?;
    Ok(found.map(|found| found.sku))
}

/// The sku of a part that is deleted.
pub async fn deleted_part_of(tx: &Tx, item: ItemId) -> Result<Option<String>, data::Error> {
    let part = tx.sql(sql!(
        "SELECT i.sku FROM bill_components c \
         JOIN items i ON i.tenant_id = c.tenant_id AND i.public_id = c.component_id \
         WHERE c.tenant_id = $1 AND c.item_id = $2 AND i.deleted_at IS NOT NULL LIMIT 1"
    ));
    let found: Option<Named> = part.bind(item).one().await?;
    Ok(found.map(|found| found.sku))
}

impl From<Model> for Component {
    fn from(row: Model) -> Self {
        let entered = row.entered_quantity.zip(row.entered_unit);
        Self {
            item: row.component_id,
            quantity: row.quantity,
            entered: entered.map(|(quantity, unit)| EnteredQuantity {
                quantity,
                unit,
                rounding: row.entered_rounding,
            }),
        }
    }
}
