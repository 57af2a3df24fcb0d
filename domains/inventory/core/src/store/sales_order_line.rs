//! The table `sales_order_lines`. Lines change only under their order's lock.

use crate::domain::movement::EnteredQuantity;
use crate::domain::reservation::Portions;
use crate::domain::selling::{KitOrdered, MAX_LINES, SalesOrderLine};
use chrono::{DateTime, Utc};
use data::{Tx, Unit, sql};
use inventory_contract::{ItemId, ReservationId, SalesOrderId, SalesOrderLineId, WarehouseId};
use kernel::{Currency, Money, Quantity, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{FromQueryResult, Set};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sales_order_lines")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: SalesOrderLineId,
    pub sales_order_id: SalesOrderId,
    pub position: i64,
    pub item_id: ItemId,
    pub warehouse_id: WarehouseId,
    pub quantity: Quantity,
    pub entered_quantity: Option<Quantity>,
    pub entered_unit: Option<String>,
    pub unit_price_minor: Option<i64>,
    pub allocated: Quantity,
    pub shipped: Quantity,
    pub returned: Quantity,
    pub cancelled: Quantity,
    pub reservation_id: Option<ReservationId>,
    pub waits_since: Option<i64>,
    pub kit_line: Option<i64>,
    pub kit_item_id: Option<ItemId>,
    pub kit_quantity: Option<Quantity>,
    pub kit_entered_quantity: Option<Quantity>,
    pub kit_entered_unit: Option<String>,
    pub kit_unit_price_minor: Option<i64>,
    pub shipped_entered: Quantity,
    pub returned_entered: Quantity,
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

/// In their order. The currency is the order's.
pub async fn of(
    tx: &Tx,
    order: SalesOrderId,
    currency: Option<Currency>,
) -> Result<Vec<SalesOrderLine>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::SalesOrderId.eq(order)).order_by_asc(Column::Position);
    let rows = found.limit(MAX_LINES as u64).all().await?;
    Ok(rows.into_iter().map(|row| row.line(currency)).collect())
}

pub async fn insert_all(
    unit: &Unit,
    order: SalesOrderId,
    warehouse: WarehouseId,
    lines: &[SalesOrderLine],
) -> Result<(), data::Error> {
    let rows = lines.iter().map(|line| {
        let kit = line.kit.as_ref();
        let of_kit = kit.and_then(|kit| kit.entered.as_ref());
        ActiveModel {
            public_id: Set(line.id),
            sales_order_id: Set(order),
            position: Set(line.position),
            item_id: Set(line.item),
            warehouse_id: Set(warehouse),
            quantity: Set(line.quantity),
            entered_quantity: Set(line.entered.as_ref().map(|entered| entered.quantity)),
            entered_unit: Set(line.entered.as_ref().map(|entered| entered.unit.clone())),
            unit_price_minor: Set(line.unit_price.map(|price| price.amount_minor)),
            allocated: Set(line.allocated),
            shipped: Set(line.shipped),
            returned: Set(line.returned),
            cancelled: Set(line.cancelled),
            kit_line: Set(kit.map(|kit| kit.line)),
            kit_item_id: Set(kit.map(|kit| kit.item)),
            kit_quantity: Set(kit.map(|kit| kit.quantity)),
            kit_entered_quantity: Set(of_kit.map(|entered| entered.quantity)),
            kit_entered_unit: Set(of_kit.map(|entered| entered.unit.clone())),
            kit_unit_price_minor: Set(kit.and_then(|kit| kit.unit_price).map(|price| price.amount_minor)),
            shipped_entered: Set(line.shipped_entered),
            returned_entered: Set(line.returned_entered),
            entered_rounding: Set(line.entered.as_ref().and_then(|entered| entered.rounding.clone())),
            ..Default::default()
        }
    });
    unit.insert_all(rows.collect()).await
}

/// Of a draft: what is wanted, of what, from where.
pub async fn rewrite(unit: &Unit, warehouse: WarehouseId, line: &SalesOrderLine) -> Result<(), data::Error> {
    let entered = line.entered.as_ref();
    let kit = line.kit.as_ref();
    let of_kit = kit.and_then(|kit| kit.entered.as_ref());
    let kit_price = kit.and_then(|kit| kit.unit_price);
    let rewrite = unit
        .update::<Entity>()
        .set(Column::ItemId, line.item)
        .set(Column::WarehouseId, warehouse)
        .set(Column::Quantity, line.quantity)
        .set(Column::EnteredQuantity, entered.map(|entered| entered.quantity))
        .set(Column::EnteredUnit, entered.map(|entered| entered.unit.clone()))
        .set(Column::UnitPriceMinor, line.unit_price.map(|price| price.amount_minor))
        .set(Column::EnteredRounding, entered.and_then(|entered| entered.rounding.clone()))
        .set(Column::KitLine, kit.map(|kit| kit.line))
        .set(Column::KitItemId, kit.map(|kit| kit.item))
        .set(Column::KitQuantity, kit.map(|kit| kit.quantity))
        .set(Column::KitEnteredQuantity, of_kit.map(|entered| entered.quantity))
        .set(Column::KitEnteredUnit, of_kit.map(|entered| entered.unit.clone()))
        .set(Column::KitUnitPriceMinor, kit_price.map(|price| price.amount_minor))
        .filter(Column::PublicId.eq(line.id));
    rewrite.exec().await.map(|_| ())
}

/// Of a draft that has fewer lines now.
pub async fn delete_after(unit: &Unit, order: SalesOrderId, last: i64) -> Result<(), data::Error> {
    let delete = unit.delete::<Entity>().filter(Column::SalesOrderId.eq(order));
    delete.filter(Column::Position.gt(last)).exec().await.map(|_| ())
}

/// What has become of it.
pub async fn write(unit: &Unit, line: &SalesOrderLine) -> Result<(), data::Error> {
    let write = unit
        .update::<Entity>()
        .set(Column::Allocated, line.allocated)
        .set(Column::Shipped, line.shipped)
        .set(Column::ShippedEntered, line.shipped_entered)
        .set(Column::Returned, line.returned)
        .set(Column::ReturnedEntered, line.returned_entered)
        .set(Column::Cancelled, line.cancelled)
        .set(Column::ReservationId, line.reservation)
        .set(Column::WaitsSince, line.waits_since)
        .filter(Column::PublicId.eq(line.id));
    write.exec().await.map(|_| ())
}

/// All of an order that is neither shipped nor cancelled, whose reservations hold nothing any more.
pub async fn cancel_all(unit: &Unit, order: SalesOrderId) -> Result<(), data::Error> {
    let rest = Expr::col(Column::Quantity).sub(Expr::col(Column::Shipped));
    let cancel = unit
        .update::<Entity>()
        .set_expr(Column::Cancelled, rest.clone())
        .set(Column::Allocated, Quantity::ZERO)
        .set(Column::ReservationId, None::<ReservationId>)
        .set(Column::WaitsSince, None::<i64>)
        .filter(Column::SalesOrderId.eq(order))
        .filter(Expr::col(Column::Cancelled).lt(rest));
    cancel.exec().await.map(|_| ())
}

/// Whether the reservation is of an order, which then decides what becomes of it.
pub async fn is_of_order(tx: &Tx, reservation: ReservationId) -> Result<bool, data::Error> {
    let found = tx.find::<Entity>().filter(Column::ReservationId.eq(reservation));
    Ok(found.limit(1).one().await?.is_some())
}

#[derive(FromQueryResult)]
struct Awaiting {
    item_id: ItemId,
}

/// Of these items, those that somebody waits for at the warehouse who could be promised more: a line whose promise may
/// grow no further keeps nobody from what is free.
pub async fn awaited_at(
    tx: &Tx,
    items: &[(ItemId, Portions)],
    warehouse: WarehouseId,
) -> Result<Vec<ItemId>, data::Error> {
    let mut awaited = Vec::new();
    for (item, Portions { step, most }) in items {
        let found = tx.sql(sql!(
            "SELECT item_id FROM sales_order_lines WHERE tenant_id = $1 AND item_id = $2 \
             AND warehouse_id = $3 AND waits_since IS NOT NULL AND deleted_at IS NULL \
             AND (quantity - shipped - cancelled) / $4 * $4 > allocated AND allocated < $5 LIMIT 1"
        ));
        let found = found.bind(*item).bind(warehouse).bind(*step).bind(*most);
        let found: Option<Awaiting> = found.one().await?;
        awaited.extend(found.map(|found| found.item_id));
    }
    Ok(awaited)
}

/// Whether anybody waits for the item anywhere.
pub async fn is_awaited(tx: &Tx, item: ItemId) -> Result<bool, data::Error> {
    let found = tx.find::<Entity>().filter(Column::ItemId.eq(item)).filter(Column::WaitsSince.is_not_null());
    Ok(found.limit(1).one().await?.is_some())
}

/// Whether anybody waits for anything at the warehouse.
pub async fn any_waits_at(tx: &Tx, warehouse: WarehouseId) -> Result<bool, data::Error> {
    let found = tx.find::<Entity>().filter(Column::WarehouseId.eq(warehouse));
    Ok(found.filter(Column::WaitsSince.is_not_null()).limit(1).one().await?.is_some())
}

#[derive(FromQueryResult)]
struct Waiting {
    item_id: ItemId,
    quantity: Quantity,
}

/// What is waited for of each item whose balance is due and was made between these instants, which a page of them
/// is, in one statement; those that nobody waits for are missing.
pub async fn waiting_of_due(
    tx: &Tx,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<BTreeMap<ItemId, Quantity>, data::Error> {
    let waiting = tx.sql(sql!(
        "SELECT l.item_id, CAST(SUM(l.quantity - l.shipped - l.cancelled - l.allocated) AS BIGINT) AS quantity \
         FROM stock_levels s JOIN sales_order_lines l ON l.tenant_id = s.tenant_id AND l.item_id = s.item_id \
         WHERE s.tenant_id = $1 AND s.created_at >= $2 AND s.created_at <= $3 AND s.awaited \
         AND s.reorder_due_since IS NOT NULL AND s.deleted_at IS NULL \
         AND l.waits_since IS NOT NULL AND l.deleted_at IS NULL GROUP BY l.item_id"
    ));
    let waiting: Vec<Waiting> = waiting.bind(from).bind(until).all().await?;
    Ok(waiting.into_iter().map(|of| (of.item_id, of.quantity)).collect())
}

#[derive(FromQueryResult)]
struct At {
    warehouse_id: WarehouseId,
}

/// At which warehouses somebody waits for the item and could be promised more while some of it may be free; no more
/// than are asked for. What is past its last day still counts as free here.
pub async fn warehouses_to_serve(
    tx: &Tx,
    item: ItemId,
    portions: Portions,
    most: i64,
) -> Result<Vec<WarehouseId>, data::Error> {
    let found = tx.sql(sql!(
        "SELECT w.warehouse_id FROM warehouse_levels w WHERE w.tenant_id = $1 AND w.item_id = $2 \
         AND w.on_hand - w.blocked - w.reserved > 0 AND EXISTS (SELECT 1 FROM sales_order_lines l \
         WHERE l.tenant_id = w.tenant_id AND l.item_id = w.item_id AND l.warehouse_id = w.warehouse_id \
         AND l.waits_since IS NOT NULL AND l.deleted_at IS NULL \
         AND (l.quantity - l.shipped - l.cancelled) / $3 * $3 > l.allocated AND l.allocated < $4) \
         ORDER BY w.warehouse_id LIMIT $5"
    ));
    let found: Vec<At> = found.bind(item).bind(portions.step).bind(portions.most).bind(most).all().await?;
    Ok(found.into_iter().map(|at| at.warehouse_id).collect())
}

/// Who waits for the item at the warehouse and could be promised more, who waits longest first.
pub async fn waiting(
    tx: &Tx,
    item: ItemId,
    warehouse: WarehouseId,
    portions: Portions,
    most: u64,
) -> Result<Vec<(SalesOrderId, SalesOrderLine)>, data::Error> {
    let open = column(Column::Quantity).sub(column(Column::Shipped)).sub(column(Column::Cancelled));
    let waiting = tx
        .find::<Entity>()
        .filter(Column::ItemId.eq(item))
        .filter(Column::WarehouseId.eq(warehouse))
        .filter(Column::WaitsSince.is_not_null())
        .filter(open.div(portions.step).mul(portions.step).gt(column(Column::Allocated)))
        .filter(Column::Allocated.lt(portions.most))
        .order_by_asc(Column::WaitsSince)
        .order_by_asc(Column::Position);
    let rows = waiting.limit(most).all().await?;
    Ok(rows.into_iter().map(|row| (row.sales_order_id, row.line(None))).collect())
}

fn column(column: Column) -> Expr {
    Expr::col(column)
}

impl Model {
    fn line(self, currency: Option<Currency>) -> SalesOrderLine {
        let entered = |quantity: Option<Quantity>, unit: Option<String>, rounding: Option<String>| {
            let said = quantity.zip(unit);
            said.map(|(quantity, unit)| EnteredQuantity { quantity, unit, rounding })
        };
        let price = |minor: Option<i64>| {
            minor.zip(currency).map(|(amount_minor, currency)| Money::new(amount_minor, currency))
        };
        let kit = self.kit_line.zip(self.kit_item_id).zip(self.kit_quantity);
        let kit = kit.map(|((line, item), quantity)| KitOrdered {
            line,
            item,
            quantity,
            entered: entered(self.kit_entered_quantity, self.kit_entered_unit, None),
            unit_price: price(self.kit_unit_price_minor),
        });
        SalesOrderLine {
            id: self.public_id,
            position: self.position,
            item: self.item_id,
            quantity: self.quantity,
            entered: entered(self.entered_quantity, self.entered_unit, self.entered_rounding),
            unit_price: price(self.unit_price_minor),
            kit,
            allocated: self.allocated,
            shipped: self.shipped,
            shipped_entered: self.shipped_entered,
            returned: self.returned,
            returned_entered: self.returned_entered,
            cancelled: self.cancelled,
            reservation: self.reservation_id,
            waits_since: self.waits_since,
        }
    }
}
