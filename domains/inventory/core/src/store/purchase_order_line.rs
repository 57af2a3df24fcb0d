//! The table `purchase_order_lines`. Lines belong to their order, whose row is their lock. What is on order
//! of an item is the sum of `on_order`, which every change of a line or of its order's status writes.

use crate::domain::buying::{Line, MAX_LINES, PurchaseOrder, PurchaseStatus};
use data::{Tx, Unit, sql};
use inventory_contract::{ItemId, PurchaseOrderId};
use kernel::{Ctx, Currency, Id, Money, Quantity, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{Condition, FromQueryResult, Set};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "purchase_order_lines")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub order_id: PurchaseOrderId,
    pub line: i64,
    pub item_id: ItemId,
    pub quantity: Quantity,
    pub entered_quantity: Quantity,
    pub entered_unit: Option<String>,
    pub unit_cost_minor: i64,
    pub received: Quantity,
    pub returned: Quantity,
    pub cancelled: Quantity,
    pub net_entered: Quantity,
    pub on_order: Quantity,
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
pub async fn of(tx: &Tx, order: &PurchaseOrder) -> Result<Vec<Line>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::OrderId.eq(order.id)).order_by_asc(Column::Line);
    let rows = found.limit(MAX_LINES as u64).all().await?;
    Ok(rows.into_iter().map(|row| line(row, order.total.currency)).collect())
}

fn line(row: Model, currency: Currency) -> Line {
    Line {
        number: row.line,
        item: row.item_id,
        quantity: row.quantity,
        entered: row.entered_quantity,
        unit: row.entered_unit,
        rounding: row.entered_rounding,
        unit_cost: Money::new(row.unit_cost_minor, currency),
        received: row.received,
        returned: row.returned,
        cancelled: row.cancelled,
        net_entered: row.net_entered,
    }
}

/// A line of an order that is yet to be read: the currency is the order's.
pub struct StoredLine {
    pub id: Uuid,
    pub order: PurchaseOrderId,
    row: Model,
}

impl StoredLine {
    pub fn of(self, currency: Currency) -> Line {
        line(self.row, currency)
    }
}

impl From<Model> for StoredLine {
    fn from(row: Model) -> Self {
        Self { id: row.public_id, order: row.order_id, row }
    }
}

/// Those of these that are there.
pub async fn with_ids(tx: &Tx, ids: &[Uuid]) -> Result<Vec<StoredLine>, data::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx.find::<Entity>().filter(Column::PublicId.is_in(ids.iter().copied()));
    Ok(found.limit(ids.len() as u64).all().await?.into_iter().map(StoredLine::from).collect())
}

/// By their orders and numbers, those after this one.
pub async fn after(
    tx: &Tx,
    last: Option<(PurchaseOrderId, i64)>,
    most: usize,
) -> Result<Vec<StoredLine>, data::Error> {
    let mut lines = tx.find::<Entity>();
    if let Some((order, number)) = last {
        let later = Condition::all().add(Column::OrderId.eq(order)).add(Column::Line.gt(number));
        // An index is entered by the first.
        lines = lines.filter(Column::OrderId.gte(order));
        lines = lines.filter(Condition::any().add(Column::OrderId.gt(order)).add(later));
    }
    let lines = lines.order_by_asc(Column::OrderId).order_by_asc(Column::Line).limit(most as u64);
    Ok(lines.all().await?.into_iter().map(StoredLine::from).collect())
}

/// Those of these that are there, by their orders and numbers.
pub async fn numbered(tx: &Tx, wanted: &[(PurchaseOrderId, i64)]) -> Result<Vec<StoredLine>, data::Error> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let (orders, numbers): (BTreeSet<PurchaseOrderId>, BTreeSet<i64>) = wanted.iter().copied().unzip();
    let most = orders.len() as u64 * numbers.len() as u64;
    let found = tx.find::<Entity>().filter(Column::OrderId.is_in(orders));
    let found = found.filter(Column::Line.is_in(numbers)).limit(most).all().await?;
    Ok(found.into_iter().map(StoredLine::from).collect())
}

/// How many lines an order has, and the highest number among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Extent {
    pub lines: i64,
    pub last: i64,
}

pub async fn extent(tx: &Tx, order: PurchaseOrderId) -> Result<Extent, data::Error> {
    let extent = tx.sql(sql!(
        "SELECT COUNT(*) AS lines, CAST(COALESCE(MAX(line), 0) AS BIGINT) AS last FROM purchase_order_lines \
         WHERE tenant_id = $1 AND order_id = $2 AND deleted_at IS NULL"
    ));
    Ok(extent.bind(order).one().await?.unwrap_or_default())
}

/// Of a draft, of which nothing is on order.
pub async fn insert_all(
    unit: &Unit,
    ctx: &Ctx,
    order: PurchaseOrderId,
    lines: &[Line],
) -> Result<(), data::Error> {
    let lines: Vec<_> = lines.iter().map(|line| (Id::<()>::new(ctx.now()).uuid(), order, line)).collect();
    append(unit, &lines).await
}

/// To drafts, each with an id of its own.
pub async fn append(unit: &Unit, lines: &[(Uuid, PurchaseOrderId, &Line)]) -> Result<(), data::Error> {
    let rows = lines.iter().map(|(id, order, line)| ActiveModel {
        public_id: Set(*id),
        order_id: Set(*order),
        line: Set(line.number),
        item_id: Set(line.item),
        quantity: Set(line.quantity),
        entered_quantity: Set(line.entered),
        entered_unit: Set(line.unit.clone()),
        unit_cost_minor: Set(line.unit_cost.amount_minor),
        received: Set(Quantity::ZERO),
        returned: Set(Quantity::ZERO),
        cancelled: Set(Quantity::ZERO),
        net_entered: Set(Quantity::ZERO),
        on_order: Set(Quantity::ZERO),
        entered_rounding: Set(line.rounding.clone()),
        ..Default::default()
    });
    unit.insert_all(rows.collect()).await
}

/// Takes these off their drafts.
pub async fn delete_all(unit: &Unit, ids: &[Uuid]) -> Result<(), data::Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let delete = unit.delete::<Entity>().filter(Column::PublicId.is_in(ids.iter().copied()));
    delete.exec().await.map(|_| ())
}

/// Of a draft.
pub async fn replace(
    unit: &Unit,
    ctx: &Ctx,
    order: PurchaseOrderId,
    lines: &[Line],
) -> Result<(), data::Error> {
    unit.delete::<Entity>().filter(Column::OrderId.eq(order)).exec().await?;
    insert_all(unit, ctx, order, lines).await
}

/// What came, went back or was cancelled of it.
pub async fn write(
    unit: &Unit,
    order: PurchaseOrderId,
    line: &Line,
    status: PurchaseStatus,
) -> Result<(), data::Error> {
    let write = unit
        .update::<Entity>()
        .set(Column::Received, line.received)
        .set(Column::Returned, line.returned)
        .set(Column::Cancelled, line.cancelled)
        .set(Column::NetEntered, line.net_entered)
        .set(Column::OnOrder, line.on_order(status))
        .filter(Column::OrderId.eq(order))
        .filter(Column::Line.eq(line.number));
    write.exec().await.map(|_| ())
}

/// All of a draft that is ordered.
pub async fn put_on_order(unit: &Unit, order: PurchaseOrderId) -> Result<(), data::Error> {
    let put = unit.update::<Entity>().set_expr(Column::OnOrder, Expr::col(Column::Quantity));
    put.filter(Column::OrderId.eq(order)).exec().await.map(|_| ())
}

/// All of an order of which nothing came.
pub async fn cancel_all(unit: &Unit, order: PurchaseOrderId) -> Result<(), data::Error> {
    let cancel = unit
        .update::<Entity>()
        .set_expr(Column::Cancelled, Expr::col(Column::Quantity))
        .set(Column::OnOrder, Quantity::ZERO);
    cancel.filter(Column::OrderId.eq(order)).exec().await.map(|_| ())
}

#[derive(FromQueryResult)]
struct OnOrder {
    quantity: Quantity,
}

/// What is expected to come of each of these items, in its unit; those of which nothing is are missing in the
/// answer.
pub async fn on_order(tx: &Tx, items: &[ItemId]) -> Result<BTreeMap<ItemId, Quantity>, data::Error> {
    let mut expected = BTreeMap::new();
    for item in items {
        let sum = tx.sql(sql!(
            "SELECT CAST(COALESCE(SUM(on_order), 0) AS BIGINT) AS quantity FROM purchase_order_lines \
             WHERE tenant_id = $1 AND item_id = $2 AND on_order > 0 AND deleted_at IS NULL"
        ));
        let sum: Option<OnOrder> = sum.bind(*item).one().await?;
        if let Some(OnOrder { quantity }) = sum.filter(|sum| sum.quantity.is_positive()) {
            expected.insert(*item, quantity);
        }
    }
    Ok(expected)
}

/// Whether anything of these items is expected to come.
pub async fn any_on_order(tx: &Tx, items: &[ItemId]) -> Result<bool, data::Error> {
    let found = tx.find::<Entity>().filter(Column::ItemId.is_in(items.iter().copied()));
    let found = found.filter(Column::OnOrder.gt(0)).limit(1);
    Ok(!items.is_empty() && found.one().await?.is_some())
}
