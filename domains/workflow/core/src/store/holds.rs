//! The table `holds`: which holds, billing's and inventory's, were heard of, and which of them are cleared. Whoever opens or clears a
//! task writes its hold first, so that of two at once one waits for the other.

use super::StoreResult;
use data::{Unit, sql};
use kernel::Ctx;
use uuid::Uuid;

/// Whether the hold is heard of for the first time.
pub async fn take_up(unit: &Unit, ctx: &Ctx, hold: Uuid) -> StoreResult<bool> {
    let inserted = unit
        .sql(sql!(
            "INSERT INTO holds (tenant_id, public_id, created_at, updated_at) VALUES ($1, $2, $3, $3) \
             ON CONFLICT (tenant_id, public_id) DO NOTHING"
        ))
        .bind(hold)
        .bind(ctx.now())
        .exec()
        .await?;
    Ok(inserted > 0)
}

/// Those not heard of yet are remembered too.
pub async fn clear(unit: &Unit, ctx: &Ctx, holds: &[Uuid]) -> StoreResult<()> {
    for hold in holds {
        unit.sql(sql!(
            "INSERT INTO holds (tenant_id, public_id, cleared_at, created_at, updated_at) \
             VALUES ($1, $2, $3, $3, $3) ON CONFLICT (tenant_id, public_id) \
             DO UPDATE SET cleared_at = excluded.cleared_at, updated_at = excluded.updated_at"
        ))
        .bind(*hold)
        .bind(ctx.now())
        .exec()
        .await?;
    }
    Ok(())
}
