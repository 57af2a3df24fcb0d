//! What counts in the unit of an item beside its stock: documents and bills, of which none is written anew.

use crate::domain::item::UnitUse;
use data::{Error, Tx, sql};
use inventory_contract::ItemId;
use sea_orm::FromQueryResult;

#[derive(FromQueryResult)]
struct Found {
    used: String,
}

/// The first that there is. Whoever writes one of these keeps the item's row or holds its stock; whoever asks has both.
pub async fn uses_unit_of(tx: &Tx, item: ItemId) -> Result<Option<UnitUse>, Error> {
    let found = tx.sql(sql!(
        "SELECT 'purchase_orders' AS used FROM purchase_order_lines \
         WHERE tenant_id = $1 AND item_id = $2 AND deleted_at IS NULL \
         UNION ALL SELECT 'sales_orders' FROM sales_order_lines \
         WHERE tenant_id = $1 AND item_id = $2 AND deleted_at IS NULL \
         UNION ALL SELECT 'sales_orders' FROM sales_order_lines \
         WHERE tenant_id = $1 AND kit_item_id = $2 AND deleted_at IS NULL \
         UNION ALL SELECT 'transfers' FROM transfer_lines \
         WHERE tenant_id = $1 AND item_id = $2 AND deleted_at IS NULL \
         UNION ALL SELECT 'counts' FROM count_lines l \
         JOIN counts c ON c.tenant_id = l.tenant_id AND c.public_id = l.count_id \
         WHERE l.tenant_id = $1 AND l.item_id = $2 AND l.counted IS NOT NULL AND l.deleted_at IS NULL \
         AND c.status IN ('open', 'pending_approval') \
         UNION ALL SELECT 'bills' FROM bill_components WHERE tenant_id = $1 AND component_id = $2 \
         UNION ALL SELECT 'sales' FROM sales WHERE tenant_id = $1 AND item_id = $2 AND deleted_at IS NULL \
         LIMIT 1"
    ));
    let found: Option<Found> = found.bind(item).one().await?;
    let Some(Found { used }) = found else { return Ok(None) };
    UnitUse::parse(&used).map(Some).ok_or_else(|| Error::internal(format!("a unit is used by {used}")))
}
