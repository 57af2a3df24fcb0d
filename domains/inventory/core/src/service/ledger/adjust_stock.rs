//! What was found to be there, or not: a change of what is on hand with its reason. Also what is scrapped.

use crate::App;
use crate::domain::lot::LotInput;
use crate::domain::movement::{Movement, MovementKind, check_happened_at};
use crate::domain::{stock, text};
use crate::error::Error;
use crate::service::ledger::named_lots::NamedLots;
use crate::service::ledger::post::{Held, Posting, post_one};
use crate::service::ledger::receive_stock::in_item_unit;
use crate::service::places::find_place::find_place;
use chrono::{DateTime, Utc};
use data::AuditEntry;
use inventory_contract::{ItemId, LocationId, WarehouseId};
use kernel::{Ctx, Faults, Money, Quantity};
use serde_json::json;

pub const MAX_REASON: usize = 500;

pub struct AdjustStock {
    pub item: ItemId,
    /// Negative when there is less.
    pub quantity: Quantity,
    pub unit: Option<String>,
    pub warehouse: Option<WarehouseId>,
    pub location: Option<LocationId>,
    pub lot: Option<LotInput>,
    pub unit_cost: Option<Money>,
    /// Whether it was thrown away.
    pub scrap: bool,
    pub happened_at: Option<DateTime<Utc>>,
    pub reason: String,
}

pub async fn adjust_stock(app: &App, ctx: &Ctx, command: AdjustStock) -> Result<Movement, Error> {
    let AdjustStock { item, quantity, scrap, .. } = command;
    let less = quantity < Quantity::ZERO;
    let mut faults = Faults::new();
    if quantity == Quantity::ZERO {
        faults.add("/quantity", "zero", "must not be 0");
    } else {
        stock::check_moved(&mut faults, "/quantity", if less { -quantity } else { quantity });
    }
    faults.require(!scrap || less, "/quantity", "not_negative", "must be below 0 where stock is scrapped");
    faults.require(!less || command.unit_cost.is_none(), "/unit_cost", "unwanted", "is of what comes in");
    stock::check_unit_cost(&mut faults, "/unit_cost/amount", command.unit_cost);
    let happened_at = check_happened_at(&mut faults, command.happened_at, ctx.now());
    let reason = text::line(&mut faults, "/reason", &command.reason, MAX_REASON);
    let reason = faults.finish(reason).map_err(Error::invalid)?;

    let mut unit = app.databases.write(ctx).await?;
    let held = Held::read(&mut unit, ctx, &[item]).await?;
    let moving = held.moving.get(&item).ok_or(Error::ItemNotFound)?;
    let (quantity, entered) = in_item_unit(&unit, moving, quantity, command.unit.as_deref()).await?;
    let place = find_place(&unit, command.warehouse, command.location).await?;
    let code = command.lot.as_ref().map(|lot| lot.code.as_str());
    let mut lots = NamedLots::read(&unit, code.map(|code| (item, code))).await?;
    let lot =
        if less { lots.find(moving, code)? } else { lots.find_or_make(ctx, moving, command.lot.as_ref())? };
    let lot = lot.map(|lot| lot.id);
    lots.insert_made(&mut unit).await?;
    let kind = if scrap { MovementKind::Scrap } else { MovementKind::Adjustment };
    let posting = Posting {
        lot,
        entered,
        happened_at,
        unit_cost: command.unit_cost,
        reason: Some(reason.clone()),
        ..Posting::new(ctx, item, place, kind, quantity)
    };
    let (movement, on_hand) = post_one(&mut unit, ctx, held, posting).await?;
    unit.audit(AuditEntry {
        action: "inventory.stock.adjust",
        resource: "item",
        resource_id: item.uuid(),
        before: Some(json!({ "on_hand": on_hand.saturating_sub(quantity) })),
        after: Some(json!({
            "movement": movement.id, "quantity": quantity, "on_hand": on_hand, "reason": reason,
        })),
    })?;
    Ok(unit.commit(movement).await?)
}
