//! The table `warehouse_levels`: what an item has at each warehouse. Changed only under the item's lock.

use crate::domain::ledger::WarehouseLevel;
use data::{Tx, Unit, sql};
use inventory_contract::{ItemId, WarehouseId};
use kernel::{Ctx, Id, Page, PageRequest, Quantity, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{FromQueryResult, Set};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "warehouse_levels")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub item_id: ItemId,
    pub warehouse_id: WarehouseId,
    pub on_hand: Quantity,
    pub blocked: Quantity,
    pub reserved: Quantity,
    pub may_be_negative: bool,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(record);

/// More places than an item can have in one answer.
const MOST: u64 = 100_000;

/// Of several items, at several warehouses.
pub async fn of(
    tx: &Tx,
    items: &[ItemId],
    warehouses: &[WarehouseId],
) -> Result<Vec<(ItemId, WarehouseId, WarehouseLevel)>, data::Error> {
    if items.is_empty() || warehouses.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx
        .find::<Entity>()
        .filter(Column::ItemId.is_in(items.iter().copied()))
        .filter(Column::WarehouseId.is_in(warehouses.iter().copied()));
    let found = found.limit(MOST).all().await?;
    Ok(found.into_iter().map(|row| (row.item_id, row.warehouse_id, WarehouseLevel::from(&row))).collect())
}

/// Of several items, wherever they are.
pub async fn everywhere(
    tx: &Tx,
    items: &[ItemId],
) -> Result<Vec<(ItemId, WarehouseId, WarehouseLevel)>, data::Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx.find::<Entity>().filter(Column::ItemId.is_in(items.iter().copied()));
    let found = found.limit(MOST).all().await?;
    Ok(found.into_iter().map(|row| (row.item_id, row.warehouse_id, WarehouseLevel::from(&row))).collect())
}

pub async fn insert_all(
    unit: &Unit,
    ctx: &Ctx,
    levels: &[(ItemId, WarehouseId, WarehouseLevel, bool)],
) -> Result<(), data::Error> {
    let rows = levels.iter().map(|(item, warehouse, level, may_be_negative)| ActiveModel {
        public_id: Set(Id::<()>::new(ctx.now()).uuid()),
        item_id: Set(*item),
        warehouse_id: Set(*warehouse),
        on_hand: Set(level.on_hand),
        blocked: Set(level.blocked),
        reserved: Set(level.reserved),
        may_be_negative: Set(*may_be_negative),
        ..Default::default()
    });
    unit.insert_all(rows.collect()).await
}

pub async fn write(
    unit: &Unit,
    item: ItemId,
    warehouse: WarehouseId,
    level: &WarehouseLevel,
) -> Result<(), data::Error> {
    let write = unit
        .update::<Entity>()
        .set(Column::OnHand, level.on_hand)
        .set(Column::Blocked, level.blocked)
        .set(Column::Reserved, level.reserved)
        .filter(Column::ItemId.eq(item))
        .filter(Column::WarehouseId.eq(warehouse));
    write.exec().await.map(|_| ())
}

/// Whether so much more could be promised there.
pub async fn reserve(
    unit: &Unit,
    item: ItemId,
    warehouse: WarehouseId,
    quantity: Quantity,
) -> Result<bool, data::Error> {
    let available =
        Expr::col(Column::OnHand).sub(Expr::col(Column::Blocked)).sub(Expr::col(Column::Reserved));
    let update = unit
        .update::<Entity>()
        .set_expr(Column::Reserved, Expr::col(Column::Reserved).add(quantity))
        .filter(Column::ItemId.eq(item))
        .filter(Column::WarehouseId.eq(warehouse))
        .filter(available.gte(quantity));
    Ok(update.exec().await? > 0)
}

pub async fn set_policy(unit: &Unit, item: ItemId, may_be_negative: bool) -> Result<(), data::Error> {
    let update =
        unit.update::<Entity>().set(Column::MayBeNegative, may_be_negative).filter(Column::ItemId.eq(item));
    update.exec().await.map(|_| ())
}

/// Whether the item has less than nothing anywhere, or promises more than is there.
pub async fn is_uncovered(unit: &Unit, item: ItemId) -> Result<bool, data::Error> {
    let levels = unit.sql(sql!(
        "SELECT COUNT(*) AS uncovered FROM warehouse_levels w WHERE w.tenant_id = $1 AND w.item_id = $2 \
         AND (w.blocked < 0 OR w.reserved > w.on_hand - w.blocked OR EXISTS (SELECT 1 FROM bins b \
         WHERE b.tenant_id = w.tenant_id AND b.item_id = w.item_id AND b.on_hand < 0))"
    ));
    let found: Option<Uncovered> = levels.bind(item).one().await?;
    Ok(found.is_some_and(|found| found.uncovered > 0))
}

#[derive(FromQueryResult)]
struct Uncovered {
    uncovered: i64,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct LevelFilter {
    pub item: Option<ItemId>,
    pub warehouse: Option<WarehouseId>,
}

pub async fn page(tx: &Tx, filter: &LevelFilter, request: &PageRequest) -> Result<Page<Model>, data::Error> {
    let mut levels = tx.find::<Entity>();
    if let Some(item) = filter.item {
        levels = levels.filter(Column::ItemId.eq(item));
    }
    if let Some(warehouse) = filter.warehouse {
        levels = levels.filter(Column::WarehouseId.eq(warehouse));
    }
    levels.page(request).await
}

/// Whether anything is there, or missing there, or promised from there.
pub async fn any_of_warehouse(tx: &Tx, warehouse: WarehouseId) -> Result<bool, data::Error> {
    let some = Column::OnHand.ne(0).or(Column::Reserved.ne(0)).or(Column::Blocked.ne(0));
    let found = tx.find::<Entity>().filter(Column::WarehouseId.eq(warehouse)).filter(some);
    Ok(found.limit(1).one().await?.is_some())
}

impl From<&Model> for WarehouseLevel {
    fn from(row: &Model) -> Self {
        Self { on_hand: row.on_hand, blocked: row.blocked, reserved: row.reserved }
    }
}
