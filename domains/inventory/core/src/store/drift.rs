//! Balances that are not what they should be: none, unless somebody wrote around this crate.

use data::{Tx, sql};
use inventory_contract::{ItemId, LocationId, LotId, WarehouseId};
use kernel::Quantity;
use sea_orm::FromQueryResult;
use std::fmt;

/// A balance beside the sums it should equal.
#[derive(Debug, PartialEq, Eq)]
pub enum Drift {
    Item(ItemDrift),
    Warehouse(WarehouseDrift),
    Bin(BinDrift),
}

#[derive(Debug, PartialEq, Eq, FromQueryResult)]
pub struct ItemDrift {
    pub item_id: ItemId,
    pub on_hand: Quantity,
    pub moved: Quantity,
    pub reserved: Quantity,
    pub promised: Quantity,
    pub blocked: Quantity,
    pub moved_blocked: Quantity,
    pub next_sequence: i64,
    pub movements: i64,
}

#[derive(Debug, PartialEq, Eq, FromQueryResult)]
pub struct WarehouseDrift {
    pub item_id: ItemId,
    pub warehouse_id: WarehouseId,
    pub on_hand: Quantity,
    pub moved: Quantity,
    pub blocked: Quantity,
    pub moved_blocked: Quantity,
    pub reserved: Quantity,
    pub promised: Quantity,
}

#[derive(Debug, PartialEq, Eq, FromQueryResult)]
pub struct BinDrift {
    pub item_id: ItemId,
    pub location_id: LocationId,
    pub lot_id: Option<LotId>,
    pub on_hand: Quantity,
    pub moved: Quantity,
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Item(of) => write!(
                f,
                "item {}: {} on hand, movements say {}; {} blocked, movements say {}; {} reserved, reservations say {}; \
                 {} movements, the next is {}",
                of.item_id,
                of.on_hand,
                of.moved,
                of.blocked,
                of.moved_blocked,
                of.reserved,
                of.promised,
                of.movements,
                of.next_sequence
            ),
            Self::Warehouse(of) => write!(
                f,
                "item {} at warehouse {}: {} on hand, movements say {}; {} blocked, movements say {}; {} reserved, \
                 reservations say {}",
                of.item_id,
                of.warehouse_id,
                of.on_hand,
                of.moved,
                of.blocked,
                of.moved_blocked,
                of.reserved,
                of.promised
            ),
            Self::Bin(of) => {
                let lot = of.lot_id.map(|lot| format!(" of lot {lot}")).unwrap_or_default();
                let (item, location) = (of.item_id, of.location_id);
                write!(
                    f,
                    "item {item} at location {location}{lot}: {} on hand, movements say {}",
                    of.on_hand, of.moved
                )
            }
        }
    }
}

/// The first hundred of each kind.
pub async fn find(tx: &Tx) -> Result<Vec<Drift>, data::Error> {
    let items: Vec<ItemDrift> = of_items(tx).await?;
    let warehouses = of_warehouses(tx).await?;
    let bins = of_bins(tx).await?;
    let items = items.into_iter().map(Drift::Item);
    Ok(items
        .chain(warehouses.into_iter().map(Drift::Warehouse))
        .chain(bins.into_iter().map(Drift::Bin))
        .collect())
}

async fn of_items(tx: &Tx) -> Result<Vec<ItemDrift>, data::Error> {
    let rows = tx.sql(sql!(
        "SELECT * FROM (SELECT l.item_id, l.on_hand, l.blocked, l.reserved, l.next_sequence, \
         (SELECT CAST(COALESCE(SUM(m.quantity), 0) AS BIGINT) FROM movements m \
          WHERE m.tenant_id = l.tenant_id AND m.item_id = l.item_id) AS moved, \
         (SELECT CAST(COALESCE(SUM(m.quantity), 0) AS BIGINT) FROM movements m \
          JOIN locations p ON p.tenant_id = m.tenant_id AND p.public_id = m.location_id \
          WHERE m.tenant_id = l.tenant_id AND m.item_id = l.item_id AND p.kind <> 'storage') AS moved_blocked, \
         (SELECT COUNT(*) FROM movements m \
          WHERE m.tenant_id = l.tenant_id AND m.item_id = l.item_id) AS movements, \
         (SELECT CAST(COALESCE(SUM(r.quantity), 0) AS BIGINT) FROM reservations r \
          WHERE r.tenant_id = l.tenant_id AND r.item_id = l.item_id AND r.status = 'active') AS promised \
         FROM stock_levels l WHERE l.tenant_id = $1) AS levels \
         WHERE on_hand <> moved OR blocked <> moved_blocked OR reserved <> promised OR next_sequence <> movements + 1 \
         ORDER BY item_id LIMIT 100"
    ));
    rows.all().await
}

/// From both sides: a balance without movements is one too, and movements without a balance.
async fn of_warehouses(tx: &Tx) -> Result<Vec<WarehouseDrift>, data::Error> {
    let rows = tx.sql(sql!(
        "SELECT item_id, warehouse_id, \
         CAST(SUM(on_hand) AS BIGINT) AS on_hand, CAST(SUM(moved) AS BIGINT) AS moved, \
         CAST(SUM(blocked) AS BIGINT) AS blocked, CAST(SUM(moved_blocked) AS BIGINT) AS moved_blocked, \
         CAST(SUM(reserved) AS BIGINT) AS reserved, CAST(SUM(promised) AS BIGINT) AS promised FROM ( \
         SELECT item_id, warehouse_id, on_hand, 0 AS moved, blocked, 0 AS moved_blocked, reserved, 0 AS promised \
         FROM warehouse_levels WHERE tenant_id = $1 \
         UNION ALL \
         SELECT m.item_id, m.warehouse_id, 0, m.quantity, 0, \
         CASE WHEN p.kind = 'storage' THEN 0 ELSE m.quantity END, 0, 0 FROM movements m \
         JOIN locations p ON p.tenant_id = m.tenant_id AND p.public_id = m.location_id WHERE m.tenant_id = $1 \
         UNION ALL \
         SELECT item_id, warehouse_id, 0, 0, 0, 0, 0, quantity FROM reservations \
         WHERE tenant_id = $1 AND status = 'active') AS sums GROUP BY item_id, warehouse_id \
         HAVING SUM(on_hand) <> SUM(moved) OR SUM(blocked) <> SUM(moved_blocked) OR SUM(reserved) <> SUM(promised) \
         ORDER BY item_id, warehouse_id LIMIT 100"
    ));
    rows.all().await
}

async fn of_bins(tx: &Tx) -> Result<Vec<BinDrift>, data::Error> {
    let rows = tx.sql(sql!(
        "SELECT item_id, location_id, lot_id, CAST(SUM(on_hand) AS BIGINT) AS on_hand, \
         CAST(SUM(moved) AS BIGINT) AS moved FROM ( \
         SELECT item_id, location_id, lot_id, on_hand, 0 AS moved FROM bins WHERE tenant_id = $1 \
         UNION ALL \
         SELECT item_id, location_id, lot_id, 0, quantity FROM movements WHERE tenant_id = $1) AS sums \
         GROUP BY item_id, location_id, lot_id HAVING SUM(on_hand) <> SUM(moved) \
         ORDER BY item_id, location_id, lot_id LIMIT 100"
    ));
    rows.all().await
}
