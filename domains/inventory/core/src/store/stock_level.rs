//! The table `stock_levels`: the maintained balance of each item. Every change is one conditional UPDATE, so that
//! racing requests take turns on the row and the last unit goes to one of them.

use crate::domain::stock::{Level, MAX_ON_HAND};
use data::{Tx, Unit};
use inventory_contract::ItemId;
use kernel::{Ctx, Id, Quantity, TenantId};
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
    pub reserved: Quantity,
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
        reserved: Set(level.reserved),
        next_sequence: Set(level.next_sequence),
        revision: Set(level.revision),
        ..Default::default()
    });
    unit.insert_all(rows.collect()).await
}

/// The levels as they are now, and so they stay until the transaction ends.
pub async fn lock(unit: &Unit, items: &[ItemId]) -> Result<Vec<Level>, data::Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let locked =
        unit.update::<Entity>().filter(Column::ItemId.is_in(items.iter().copied())).returning().await?;
    Ok(locked.into_iter().map(Level::from).collect())
}

/// For a level that `lock` holds.
pub async fn replace(unit: &Unit, level: &Level) -> Result<(), data::Error> {
    let replace = unit
        .update::<Entity>()
        .set(Column::OnHand, level.on_hand)
        .set(Column::NextSequence, level.next_sequence)
        .set(Column::Revision, level.revision)
        .filter(Column::ItemId.eq(level.item));
    replace.exec().await.map(|_| ())
}

/// `None` when there is no such item, or it would have too much.
pub async fn receive(unit: &Unit, item: ItemId, quantity: Quantity) -> Result<Option<Level>, data::Error> {
    let most = MAX_ON_HAND.millionths() - quantity.millionths();
    let update = changed(unit, item)
        .set_expr(Column::OnHand, column(Column::OnHand).add(quantity))
        .set_expr(Column::NextSequence, column(Column::NextSequence).add(1))
        .filter(Column::OnHand.lte(most));
    one(update).await
}

/// `None` when there is no such item, or not enough of it.
pub async fn reserve(unit: &Unit, item: ItemId, quantity: Quantity) -> Result<Option<Level>, data::Error> {
    let available = column(Column::OnHand).sub(column(Column::Reserved));
    let update = changed(unit, item)
        .set_expr(Column::Reserved, column(Column::Reserved).add(quantity))
        .filter(available.gte(quantity));
    one(update).await
}

/// Of what is reserved.
pub async fn ship(unit: &Unit, item: ItemId, quantity: Quantity) -> Result<Option<Level>, data::Error> {
    let update = changed(unit, item)
        .set_expr(Column::OnHand, column(Column::OnHand).sub(quantity))
        .set_expr(Column::Reserved, column(Column::Reserved).sub(quantity))
        .set_expr(Column::NextSequence, column(Column::NextSequence).add(1))
        .filter(Column::Reserved.gte(quantity));
    one(update).await
}

pub async fn release(unit: &Unit, item: ItemId, quantity: Quantity) -> Result<Option<Level>, data::Error> {
    let update = changed(unit, item)
        .set_expr(Column::Reserved, column(Column::Reserved).sub(quantity))
        .filter(Column::Reserved.gte(quantity));
    one(update).await
}

/// Whether the item had no stock; nothing can be received or reserved of it from now on.
pub async fn delete_empty(unit: &Unit, item: ItemId) -> Result<bool, data::Error> {
    let delete =
        revised(unit.delete::<Entity>(), item).filter(Column::OnHand.eq(0)).filter(Column::Reserved.eq(0));
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
    reserved: Quantity,
    next_sequence: i64,
    revision: i64,
}

impl Balance {
    pub const COLUMNS: [Column; 4] =
        [Column::OnHand, Column::Reserved, Column::NextSequence, Column::Revision];

    pub fn level(self, item: ItemId) -> Level {
        let Self { on_hand, reserved, next_sequence, revision } = self;
        Level { item, on_hand, reserved, next_sequence, revision }
    }
}

impl From<Model> for Level {
    fn from(row: Model) -> Self {
        Self {
            item: row.item_id,
            on_hand: row.on_hand,
            reserved: row.reserved,
            next_sequence: row.next_sequence,
            revision: row.revision,
        }
    }
}
