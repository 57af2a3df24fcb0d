//! Promises a kit, which is to promise all of its parts or none of them.

use crate::App;
use crate::domain::kit::{BillKind, Bills, is_counted, is_whole, taken};
use crate::domain::reservation::{Reservation, check_expires_at};
use crate::domain::{stock, text};
use crate::error::Error;
use crate::service::kits::read_bills::hold_bill;
use crate::service::ledger::receive_stock::{MAX_REFERENCE, in_item_unit};
use crate::service::places::find_place::{fault, find_place};
use crate::service::reservations::reserve_stock::reserve_or_tell;
use crate::store;
use crate::store::reservation::NewReservation;
use chrono::{DateTime, Utc};
use data::{AuditEntry, Unit};
use inventory_contract::{ItemId, WarehouseId};
use kernel::{Ctx, Faults, FieldError, Quantity};
use serde_json::json;
use std::collections::BTreeMap;

pub struct ReserveKit {
    pub item: ItemId,
    pub quantity: Quantity,
    /// The kit's own where nothing is said.
    pub unit: Option<String>,
    /// The main one where nothing is said. All parts are taken from there.
    pub warehouse: Option<WarehouseId>,
    pub expires_at: Option<DateTime<Utc>>,
    pub reference: Option<String>,
}

pub struct ReservedKit {
    pub item: ItemId,
    pub quantity: Quantity,
    pub warehouse: WarehouseId,
    /// One for each part.
    pub reservations: Vec<Reservation>,
}

pub async fn reserve_kit(app: &App, ctx: &Ctx, command: ReserveKit) -> Result<ReservedKit, Error> {
    let ReserveKit { item, quantity, expires_at, .. } = command;
    let mut faults = Faults::new();
    stock::check_moved(&mut faults, "/quantity", quantity);
    check_expires_at(&mut faults, "/expires_at", expires_at, ctx.now());
    let reference = command.reference.as_deref();
    let reference = text::optional_line(&mut faults, "/reference", reference, MAX_REFERENCE);
    let reference = faults.finish(reference).map_err(Error::invalid)?;

    let mut unit = app.databases.write(ctx).await?;
    let (_, bills) = hold_bill(&mut unit, ctx, item).await?;
    let kit = store::item::moving(&unit, &[item]).await?.remove(&item).ok_or(Error::ItemNotFound)?;
    let (quantity, _) = in_item_unit(&unit, &kit, quantity, command.unit.as_deref()).await?;
    if is_counted(&kit.unit) && !is_whole(quantity) {
        return Err(fault("/quantity", "not_whole", "must be whole: the kit is counted"));
    }
    let parts = parts_of_kit(&bills, item, quantity)?;
    // Looked for here, as the parts would tell of it line by line.
    let warehouse = find_place(&unit, command.warehouse, None).await?.warehouse;
    let lines = parts.into_iter().map(|(part, quantity)| NewReservation {
        id: ctx.new_id(),
        item: part,
        warehouse,
        lot: None,
        quantity,
        expires_at,
        reference: reference.clone(),
    });
    let lines: Vec<NewReservation> = lines.collect();
    let wanted: Vec<ItemId> = lines.iter().map(|line| line.item).collect();
    let reservations = match reserve_or_tell(&mut unit, ctx, lines).await? {
        Ok(reservations) => reservations,
        Err(shortages) => {
            let short = shortages.iter().filter_map(|short| {
                wanted.get(short.index).map(|part| Short {
                    part: *part,
                    wanted: short.wanted,
                    available: short.available,
                })
            });
            return Err(parts_short(&unit, short.collect()).await?);
        }
    };
    let ids: Vec<_> = reservations.iter().map(|reservation| reservation.id).collect();
    unit.audit(AuditEntry {
        action: "inventory.kit.reserve",
        resource: "item",
        resource_id: item.uuid(),
        before: None,
        after: Some(json!({ "quantity": quantity, "warehouse": warehouse, "reservations": ids })),
    })?;
    Ok(unit.commit(ReservedKit { item, quantity, warehouse, reservations }).await?)
}

/// What so much of a kit comes to, each part once with all of it.
fn parts_of_kit(
    bills: &Bills,
    item: ItemId,
    quantity: Quantity,
) -> Result<BTreeMap<ItemId, Quantity>, Error> {
    if bills.kind(item) != Some(BillKind::Kit) {
        return Err(Error::NotAKit);
    }
    let parts = bills.for_one(item).map_err(|_| Error::BillTooLarge)?;
    taken(&parts, quantity).map_err(|_| Error::BillTooLarge)
}

/// A part of which there is not enough.
pub struct Short {
    pub part: ItemId,
    pub wanted: Quantity,
    pub available: Quantity,
}

/// In words, by the parts' SKUs.
pub async fn parts_short(unit: &Unit, short: Vec<Short>) -> Result<Error, Error> {
    let parts: Vec<ItemId> = short.iter().map(|short| short.part).collect();
    let named = store::item::moving(unit, &parts).await?;
    let errors = short.iter().map(|Short { part, wanted, available }| {
        let sku = named.get(part).map_or_else(|| part.to_string(), |named| named.sku.to_string());
        FieldError {
            pointer: "/quantity".to_owned(),
            code: "insufficient_stock".into(),
            detail: format!("of {sku}, {wanted} are needed, and {available} are available"),
        }
    });
    Ok(Error::PartsShort { errors: errors.collect() })
}
