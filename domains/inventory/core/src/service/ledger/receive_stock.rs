//! Stock that came in.

use crate::App;
use crate::domain::item::Moving;
use crate::domain::lot::LotInput;
use crate::domain::movement::{EnteredQuantity, Movement, MovementKind, check_happened_at};
use crate::domain::{stock, text};
use crate::error::Error;
use crate::service::catalogue::to_item_unit::{ItemAndUnit, to_item_unit};
use crate::service::ledger::named_lots::NamedLots;
use crate::service::ledger::post::{Held, Posting, post_one};
use crate::service::places::find_place::find_place;
use chrono::{DateTime, Utc};
use data::{AuditEntry, Unit};
use inventory_contract::{ItemId, LocationId, WarehouseId};
use kernel::{Ctx, Faults, Money, Quantity};
use serde_json::json;

pub const MAX_REFERENCE: usize = 200;

pub struct ReceiveStock {
    pub item: ItemId,
    pub quantity: Quantity,
    /// The item's own where nothing is said.
    pub unit: Option<String>,
    pub warehouse: Option<WarehouseId>,
    pub location: Option<LocationId>,
    pub lot: Option<LotInput>,
    pub unit_cost: Option<Money>,
    pub happened_at: Option<DateTime<Utc>>,
    pub reference: Option<String>,
}

pub async fn receive_stock(app: &App, ctx: &Ctx, command: ReceiveStock) -> Result<Movement, Error> {
    let ReceiveStock { item, quantity, .. } = command;
    let mut faults = Faults::new();
    stock::check_moved(&mut faults, "/quantity", quantity);
    stock::check_unit_cost(&mut faults, "/unit_cost/amount", command.unit_cost);
    let happened_at = check_happened_at(&mut faults, command.happened_at, ctx.now());
    let reference = command.reference.as_deref();
    let reference = text::optional_line(&mut faults, "/reference", reference, MAX_REFERENCE);
    let reference = faults.finish(reference).map_err(Error::invalid)?;

    let mut unit = app.databases.write(ctx).await?;
    let held = Held::read(&mut unit, ctx, &[item]).await?;
    let moving = held.moving.get(&item).ok_or(Error::ItemNotFound)?;
    let (quantity, entered) = in_item_unit(&unit, moving, quantity, command.unit.as_deref()).await?;
    let place = find_place(&unit, command.warehouse, command.location).await?;
    let mut lots = NamedLots::read(&unit, command.lot.as_ref().map(|lot| (item, lot.code.as_str()))).await?;
    let lot = lots.find_or_make(ctx, moving, command.lot.as_ref())?.map(|lot| lot.id);
    lots.insert_made(&mut unit).await?;
    let posting = Posting {
        lot,
        entered,
        happened_at,
        unit_cost: command.unit_cost,
        reference,
        ..Posting::new(ctx, item, place, MovementKind::Receipt, quantity)
    };
    let (movement, on_hand) = post_one(&mut unit, ctx, held, posting).await?;
    unit.audit(AuditEntry {
        action: "inventory.stock.receive",
        resource: "item",
        resource_id: item.uuid(),
        before: Some(json!({ "on_hand": on_hand.saturating_sub(quantity) })),
        after: Some(json!({ "movement": movement.id, "quantity": quantity, "on_hand": on_hand })),
    })?;
    Ok(unit.commit(movement).await?)
}

/// In the item's unit, beside what was said in another.
pub async fn in_item_unit(
    unit: &Unit,
    moving: &Moving,
    quantity: Quantity,
    said: Option<&str>,
) -> Result<(Quantity, Option<EnteredQuantity>), Error> {
    let item = ItemAndUnit { id: moving.id, unit: &moving.unit };
    let converted = to_item_unit(unit, item, quantity, said).await?;
    let rounding = converted.rounding;
    let entered = converted.entered.map(|entered| EnteredQuantity {
        quantity: entered.quantity,
        unit: entered.unit.to_string(),
        rounding,
    });
    Ok((converted.quantity, entered))
}
