//! Takes a movement back by its opposite, once and with a reason: the ledger keeps both.

use crate::App;
use crate::domain::movement::{Movement, MovementKind};
use crate::domain::text;
use crate::error::Error;
use crate::service::ledger::adjust_stock::MAX_REASON;
use crate::service::ledger::post::{Held, Posting, post_one};
use crate::store;
use data::AuditEntry;
use inventory_contract::MovementId;
use kernel::{Ctx, Faults};
use serde_json::json;

pub async fn reverse_movement(app: &App, ctx: &Ctx, id: MovementId, reason: &str) -> Result<Movement, Error> {
    let mut faults = Faults::new();
    let reason = text::line(&mut faults, "/reason", reason, MAX_REASON);
    let reason = faults.finish(reason).map_err(Error::invalid)?;

    let mut unit = app.databases.write(ctx).await?;
    let wrong = store::movement::find(&unit, id).await?.ok_or(Error::MovementNotFound)?;
    let of_document = wrong.document.is_some() || wrong.kind == MovementKind::Transfer;
    if of_document || wrong.reverses.is_some() {
        return Err(Error::MovementOfDocument);
    }
    let held = Held::read(&mut unit, ctx, &[wrong.item]).await?;
    if store::movement::is_reversed(&unit, id).await? {
        return Err(Error::MovementReversed);
    }
    let place = store::location::find_to_keep(&unit, &[wrong.location]).await?.pop();
    let place = place.ok_or(Error::PlaceDeleted)?.place();
    let posting = Posting {
        lot: wrong.lot,
        happened_at: wrong.happened_at,
        reverses: Some(wrong.id),
        reference: wrong.reference.clone(),
        reason: Some(reason.clone()),
        ..Posting::new(ctx, wrong.item, place, wrong.kind, -wrong.quantity)
    };
    let (movement, _) = post_one(&mut unit, ctx, held, posting).await?;
    unit.audit(AuditEntry {
        action: "inventory.movement.reverse",
        resource: "movement",
        resource_id: wrong.id.uuid(),
        before: Some(json!({ "quantity": wrong.quantity })),
        after: Some(json!({ "movement": movement.id, "quantity": movement.quantity, "reason": reason })),
    })?;
    Ok(unit.commit(movement).await?)
}
