//! Balances that are not what they should be: none, unless somebody wrote around this crate.

use data::{Tx, sql};
use inventory_contract::ItemId;
use kernel::Quantity;
use sea_orm::FromQueryResult;

/// A balance beside the sums it should equal.
#[derive(Debug, PartialEq, Eq, FromQueryResult)]
pub struct Drift {
    pub item_id: ItemId,
    pub on_hand: Quantity,
    pub moved: Quantity,
    pub reserved: Quantity,
    pub promised: Quantity,
    pub next_sequence: i64,
    pub movements: i64,
}

/// The first hundred of them.
pub async fn find(tx: &Tx) -> Result<Vec<Drift>, data::Error> {
    let rows = tx.sql(sql!(
        "SELECT * FROM (SELECT l.item_id, l.on_hand, l.reserved, l.next_sequence, \
         (SELECT CAST(COALESCE(SUM(m.quantity), 0) AS BIGINT) FROM movements m \
          WHERE m.tenant_id = l.tenant_id AND m.item_id = l.item_id) AS moved, \
         (SELECT COUNT(*) FROM movements m \
          WHERE m.tenant_id = l.tenant_id AND m.item_id = l.item_id) AS movements, \
         (SELECT CAST(COALESCE(SUM(r.quantity), 0) AS BIGINT) FROM reservations r \
          WHERE r.tenant_id = l.tenant_id AND r.item_id = l.item_id AND r.status = 'active') AS promised \
         FROM stock_levels l WHERE l.tenant_id = $1) AS levels \
         WHERE on_hand <> moved OR reserved <> promised OR next_sequence <> movements + 1 \
         ORDER BY item_id LIMIT 100"
    ));
    rows.all().await
}
