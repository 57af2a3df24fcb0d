//! The table `stock_levels`: the balance of each item, and the lock of it. Who changes anything of an item's stock holds
//! this row first, several in the order of their ids.

use crate::domain::stock::Level;
use chrono::{DateTime, Utc};
use data::{Tx, Unit};
use inventory_contract::ItemId;
use kernel::{Ctx, Id, Page, PageRequest, Quantity, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{FromQueryResult, Set};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_levels")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub item_id: ItemId,
    pub on_hand: Quantity,
    pub blocked: Quantity,
    pub reserved: Quantity,
    pub may_be_negative: bool,
    pub tracked: bool,
    pub next_expiry: Option<DateTimeUtc>,
    pub awaited: bool,
    pub kit: bool,
    pub reorder_at: Option<Quantity>,
    pub reorder_due_since: Option<DateTimeUtc>,
    pub next_sequence: i64,
    pub revision: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(record);

pub async fn find(tx: &Tx, item: ItemId) -> Result<Option<Level>, data::Error> {
    Ok(tx.find::<Entity>().filter(Column::ItemId.eq(item)).one().await?.map(Level::from))
}

pub async fn insert_all(unit: &Unit, ctx: &Ctx, levels: &[Level]) -> Result<(), data::Error> {
    let rows = levels.iter().map(|level| ActiveModel {
        public_id: Set(Id::<()>::new(ctx.now()).uuid()),
        item_id: Set(level.item),
        on_hand: Set(level.on_hand),
        blocked: Set(level.blocked),
        reserved: Set(level.reserved),
        may_be_negative: Set(level.may_be_negative),
        tracked: Set(level.tracked),
        reorder_at: Set(level.reorder_at),
        next_sequence: Set(level.next_sequence),
        revision: Set(level.revision),
        ..Default::default()
    });
    unit.insert_all(rows.collect()).await
}

/// The levels as they are now, and so they stay until the transaction ends.
pub async fn hold(unit: &Unit, items: &[ItemId]) -> Result<Vec<Level>, data::Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let held = unit.find::<Entity>().filter(Column::ItemId.is_in(items.iter().copied()));
    let held = held.order_by_asc(Column::ItemId).to_change().limit(items.len() as u64);
    Ok(held.all().await?.into_iter().map(Level::from).collect())
}

/// For a level that is held. Whether it is awaited, a kit or due is written by the functions for that alone.
pub async fn write(unit: &Unit, level: &Level) -> Result<(), data::Error> {
    let write = unit
        .update::<Entity>()
        .set(Column::OnHand, level.on_hand)
        .set(Column::Blocked, level.blocked)
        .set(Column::Reserved, level.reserved)
        .set(Column::MayBeNegative, level.may_be_negative)
        .set(Column::Tracked, level.tracked)
        .set(Column::NextExpiry, level.next_expiry)
        .set(Column::NextSequence, level.next_sequence)
        .set(Column::Revision, level.revision)
        .filter(Column::ItemId.eq(level.item));
    write.exec().await.map(|_| ())
}

/// The fast way to a promise, for items without lots: `None` when it is not known to be covered. `reserved` may be too
/// high, so this never promises too much, and may refuse what looking closer allows.
pub async fn reserve(
    unit: &Unit,
    item: ItemId,
    quantity: Quantity,
    until: Option<DateTime<Utc>>,
) -> Result<Option<Level>, data::Error> {
    let mut update = changed(unit, item)
        .set_expr(Column::Reserved, column(Column::Reserved).add(quantity))
        .filter(Column::Tracked.eq(false))
        .filter(column(Column::MayBeNegative).or(available().gte(quantity)));
    if let Some(until) = until {
        let earlier = column(Column::NextExpiry).is_null().or(column(Column::NextExpiry).gt(until));
        let next = Expr::case(earlier, Expr::val(until)).finally(column(Column::NextExpiry));
        update = update.set_expr(Column::NextExpiry, next.into());
    }
    one(update).await
}

/// After `reserve`, where the warehouse has not so much. The level was held by it.
pub async fn give_back(unit: &Unit, item: ItemId, quantity: Quantity) -> Result<(), data::Error> {
    let update = changed(unit, item).set_expr(Column::Reserved, column(Column::Reserved).sub(quantity));
    update.exec().await.map(|_| ())
}

fn available() -> Expr {
    column(Column::OnHand).sub(column(Column::Blocked)).sub(column(Column::Reserved))
}

/// Whether anybody waits for the item from now on; the revision that this makes. The caller holds it.
pub async fn set_awaited(unit: &Unit, item: ItemId, awaited: bool) -> Result<Option<i64>, data::Error> {
    let level = one(changed(unit, item).set(Column::Awaited, awaited)).await?;
    Ok(level.map(|level| level.revision))
}

/// The item's reorder level. The caller holds it, or has just made it.
pub async fn set_reorder_at(unit: &Unit, item: ItemId, at: Option<Quantity>) -> Result<(), data::Error> {
    let update = unit.update::<Entity>().set(Column::ReorderAt, at).filter(Column::ItemId.eq(item));
    update.exec().await.map(drop)
}

/// Since when it is due to be ordered again. The caller holds it.
pub async fn set_due(unit: &Unit, item: ItemId, since: Option<DateTime<Utc>>) -> Result<(), data::Error> {
    let update = unit.update::<Entity>().set(Column::ReorderDueSince, since).filter(Column::ItemId.eq(item));
    update.exec().await.map(drop)
}

/// The caller holds it.
pub async fn set_kit(unit: &Unit, item: ItemId, kit: bool) -> Result<(), data::Error> {
    let update = unit.update::<Entity>().set(Column::Kit, kit).filter(Column::ItemId.eq(item));
    update.exec().await.map(drop)
}

/// A balance that is due, as its row in the list of what to order.
pub struct Due {
    pub id: Uuid,
    pub level: Level,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub async fn due_page(tx: &Tx, request: &PageRequest) -> Result<Page<Due>, data::Error> {
    let due = tx.find::<Entity>().filter(Column::ReorderDueSince.is_not_null());
    Ok(due.page(request).await?.map(Due::from))
}

/// Those of these items that are due.
pub async fn due_of(tx: &Tx, items: &[ItemId]) -> Result<Vec<Due>, data::Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let due = tx.find::<Entity>().filter(Column::ItemId.is_in(items.iter().copied()));
    let due = due.filter(Column::ReorderDueSince.is_not_null()).limit(items.len() as u64);
    Ok(due.all().await?.into_iter().map(Due::from).collect())
}

impl From<Model> for Due {
    fn from(row: Model) -> Self {
        let (id, created_at, updated_at) = (row.public_id, row.created_at, row.updated_at);
        Self { id, level: row.into(), created_at, updated_at }
    }
}

/// Whether the item had no stock; nothing can be received or reserved of it from now on.
pub async fn delete_empty(unit: &Unit, item: ItemId) -> Result<bool, data::Error> {
    let delete = revised(unit.delete::<Entity>(), item)
        .filter(Column::OnHand.eq(0))
        .filter(Column::Reserved.eq(0))
        .filter(Column::Awaited.eq(false));
    Ok(delete.exec().await? > 0)
}

/// With the item, which was deleted with nothing on hand.
pub async fn restore(unit: &Unit, item: ItemId) -> Result<Option<Level>, data::Error> {
    one(revised(unit.restore::<Entity>(), item)).await
}

fn changed(unit: &Unit, item: ItemId) -> data::Update<'_, Entity> {
    revised(unit.update::<Entity>(), item)
}

fn revised(update: data::Update<'_, Entity>, item: ItemId) -> data::Update<'_, Entity> {
    let update = update.filter(Column::ItemId.eq(item));
    update.set_expr(Column::Revision, column(Column::Revision).add(1))
}

fn column(column: Column) -> Expr {
    Expr::col(column)
}

async fn one(update: data::Update<'_, Entity>) -> Result<Option<Level>, data::Error> {
    Ok(update.returning().await?.into_iter().next().map(Level::from))
}

/// What a level says beside which item it is of.
#[derive(FromQueryResult)]
pub struct Balance {
    on_hand: Quantity,
    blocked: Quantity,
    reserved: Quantity,
    tracked: bool,
    next_expiry: Option<DateTime<Utc>>,
    awaited: bool,
    kit: bool,
    reorder_at: Option<Quantity>,
    reorder_due_since: Option<DateTime<Utc>>,
    next_sequence: i64,
    revision: i64,
}

impl Balance {
    pub const COLUMNS: [Column; 11] = [
        Column::OnHand,
        Column::Blocked,
        Column::Reserved,
        Column::Tracked,
        Column::NextExpiry,
        Column::Awaited,
        Column::Kit,
        Column::ReorderAt,
        Column::ReorderDueSince,
        Column::NextSequence,
        Column::Revision,
    ];

    pub fn level(self, item: ItemId, may_be_negative: bool) -> Level {
        Level {
            item,
            on_hand: self.on_hand,
            blocked: self.blocked,
            reserved: self.reserved,
            expired: Quantity::ZERO,
            may_be_negative,
            tracked: self.tracked,
            next_expiry: self.next_expiry,
            awaited: self.awaited,
            kit: self.kit,
            reorder_at: self.reorder_at,
            reorder_due_since: self.reorder_due_since,
            next_sequence: self.next_sequence,
            revision: self.revision,
        }
    }
}

impl From<Model> for Level {
    fn from(row: Model) -> Self {
        Self {
            item: row.item_id,
            on_hand: row.on_hand,
            blocked: row.blocked,
            reserved: row.reserved,
            expired: Quantity::ZERO,
            may_be_negative: row.may_be_negative,
            tracked: row.tracked,
            next_expiry: row.next_expiry,
            awaited: row.awaited,
            kit: row.kit,
            reorder_at: row.reorder_at,
            reorder_due_since: row.reorder_due_since,
            next_sequence: row.next_sequence,
            revision: row.revision,
        }
    }
}
