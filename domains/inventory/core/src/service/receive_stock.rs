//! Stock that came in.

use crate::App;
use crate::domain::movement::{Movement, MovementKind, check_happened_at};
use crate::domain::{stock, text};
use crate::error::Error;
use crate::service::without;
use crate::store;
use chrono::{DateTime, Utc};
use data::AuditEntry;
use inventory_contract::{ItemId, StockReceived};
use kernel::{Ctx, Faults, Quantity};
use serde_json::json;

pub const MAX_REFERENCE: usize = 200;

pub struct ReceiveStock {
    pub item: ItemId,
    pub quantity: Quantity,
    pub happened_at: Option<DateTime<Utc>>,
    pub reference: Option<String>,
}

pub async fn receive_stock(app: &App, ctx: &Ctx, command: ReceiveStock) -> Result<Movement, Error> {
    let ReceiveStock { item, quantity, .. } = command;
    let mut faults = Faults::new();
    stock::check_moved(&mut faults, "/quantity", quantity);
    let happened_at = check_happened_at(&mut faults, command.happened_at, ctx.now());
    let reference = command.reference.as_deref();
    let reference = text::optional_line(&mut faults, "/reference", reference, MAX_REFERENCE);
    let reference = faults.finish(reference).map_err(Error::invalid)?;

    let mut unit = app.databases.write(ctx).await?;
    let Some(level) = store::stock_level::receive(&unit, item, quantity).await? else {
        let known = store::stock_level::find(&unit, item).await?.is_some();
        return Err(if known { Error::StockTooLarge } else { Error::ItemNotFound });
    };
    let movement = Movement {
        id: ctx.new_id(),
        item,
        sequence: level.last_sequence(),
        kind: MovementKind::Receipt,
        quantity,
        happened_at,
        recorded_at: ctx.now(),
        reservation: None,
        reference,
        actor: ctx.actor().to_string(),
        reason: None,
    };
    let movement = store::movement::insert(&unit, &movement).await?;
    unit.publish(&StockReceived {
        item,
        movement: movement.id,
        sequence: movement.sequence,
        quantity,
        on_hand: level.on_hand,
        happened_at,
        reference: movement.reference.clone(),
    })?;
    unit.audit(AuditEntry {
        action: "inventory.stock.receive",
        resource: "item",
        resource_id: item.uuid(),
        before: Some(json!({ "on_hand": without(level.on_hand, quantity) })),
        after: Some(json!({ "movement": movement.id, "quantity": quantity, "on_hand": level.on_hand })),
    })?;
    Ok(unit.commit(movement).await?)
}
