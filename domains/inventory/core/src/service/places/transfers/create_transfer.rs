//! A transfer is asked for: which items, from where to where. Within a warehouse it may be done at once.

use crate::App;
use crate::domain::item::Moving;
use crate::domain::lot::Tracking;
use crate::domain::place::Place;
use crate::domain::transfer::{MAX_LINES, Spot, TransferDetail, TransferLine, TransferStatus, TransferStep};
use crate::domain::{stock, text};
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::service::ledger::named_lots::NamedLots;
use crate::service::ledger::post::{Posting, post_or_refuse};
use crate::service::ledger::receive_stock::{MAX_REFERENCE, in_item_unit};
use crate::service::places::find_place::{NamedPlace, NamedPlaces, fault};
use crate::service::places::main_warehouse::ensure_main;
use crate::service::places::transfers::{line_of, moved, postings};
use crate::store;
use crate::store::transfer::{NewTransfer, Progress};
use data::{AuditEntry, Unit};
use inventory_contract::{ItemId, TransferId, TransferReceived, TransferShipped, TransferredLine};
use kernel::{Ctx, Faults, Quantity};
use serde_json::json;
use std::collections::BTreeMap;

pub struct CreateTransfer {
    /// The caller's own, if it has one.
    pub id: Option<TransferId>,
    pub from: NamedPlace,
    pub to: NamedPlace,
    pub lines: Vec<NewLine>,
    pub reference: Option<String>,
    pub immediate: bool,
}

pub struct NewLine {
    pub item: ItemId,
    pub quantity: Quantity,
    /// The item's own where nothing is said.
    pub unit: Option<String>,
    /// Its code.
    pub lot: Option<String>,
}

pub async fn create_transfer(app: &App, ctx: &Ctx, command: CreateTransfer) -> Result<TransferDetail, Error> {
    let CreateTransfer { id, from, to, lines, reference, immediate } = command;
    let mut faults = Faults::new();
    let allowed = (1..=MAX_LINES).contains(&lines.len());
    faults.require(allowed, "/lines", "out_of_range", "must have from 1 to 200 lines");
    for (at, line) in lines.iter().enumerate().take(MAX_LINES) {
        stock::check_moved(&mut faults, &format!("/lines/{at}/quantity"), line.quantity);
    }
    let reference = text::optional_line(&mut faults, "/reference", reference.as_deref(), MAX_REFERENCE);
    let reference = faults.finish(reference).map_err(Error::invalid)?;

    let mut unit = app.databases.write(ctx).await?;
    let items: Vec<ItemId> = lines.iter().map(|line| line.item).collect();
    if immediate {
        hold(&mut unit, ctx, &items).await?;
    }
    let moving = store::item::moving_to_keep(&unit, &items).await?;
    check_known(&lines, &moving)?;
    let (from, to) = find_both(&unit, from, to).await?;
    if immediate && from.warehouse != to.warehouse {
        return Err(fault("/immediate", "elsewhere", "is for a move within one warehouse; ship it instead"));
    }
    if [from, to].iter().any(|place| place.warehouse == Place::main(ctx.tenant()).warehouse) {
        ensure_main(&mut unit, ctx).await?;
    }
    let lines = find_lines(&unit, &moving, lines).await?;
    let id = id.unwrap_or_else(|| ctx.new_id());
    let new = NewTransfer { id, from: Spot::from(from), to: Spot::from(to), reference };
    let transfer = store::transfer::insert(&unit, new).await?;
    store::transfer_line::insert_all(&unit, ctx, id, &lines).await?;
    let mut detail = TransferDetail { transfer, lines };
    if immediate {
        detail = move_at_once(&mut unit, ctx, &moving, detail, (from, to)).await?;
    }
    unit.audit(AuditEntry {
        action: "inventory.transfer.create",
        resource: "transfer",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!({
            "from": detail.transfer.from,
            "to": detail.transfer.to,
            "status": detail.transfer.status,
            "reference": detail.transfer.reference,
            "lines": detail.lines.iter().map(shown).collect::<Vec<_>>(),
        })),
    })?;
    Ok(unit.commit(detail).await?)
}

fn shown(line: &TransferLine) -> serde_json::Value {
    json!({ "line": line.line, "item": line.item, "lot": line.lot, "quantity": line.quantity })
}

fn check_known(lines: &[NewLine], moving: &BTreeMap<ItemId, Moving>) -> Result<(), Error> {
    let mut faults = Faults::new();
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| !moving.contains_key(&line.item)) {
        faults.add(format!("/lines/{at}/item_id"), "unknown", "there is no such item");
    }
    faults.finish(()).map_err(Error::invalid)
}

async fn find_both(unit: &Unit, from: NamedPlace, to: NamedPlace) -> Result<(Place, Place), Error> {
    let places = NamedPlaces::read(unit, [from, to]).await?;
    let from = places.find(from).map_err(|error| error.below("/from"))?;
    let to = places.find(to).map_err(|error| error.below("/to"))?;
    if from.location == to.location {
        return Err(fault("/to", "same", "must be another place than it comes from"));
    }
    Ok((from, to))
}

async fn find_lines(
    unit: &Unit,
    moving: &BTreeMap<ItemId, Moving>,
    lines: Vec<NewLine>,
) -> Result<Vec<TransferLine>, Error> {
    let named = lines.iter().filter_map(|line| Some((line.item, line.lot.as_deref()?)));
    let lots = NamedLots::read(unit, named).await?;
    let mut found = Vec::with_capacity(lines.len());
    for (at, line) in lines.into_iter().enumerate() {
        let place = format!("/lines/{at}");
        let moving = moving.get(&line.item).ok_or(Error::ItemNotFound)?;
        let converted = in_item_unit(unit, moving, line.quantity, line.unit.as_deref()).await;
        let (quantity, entered) = converted.map_err(|error| error.below(&place))?;
        let lot = lots.find(moving, line.lot.as_deref()).map_err(|error| error.below(&place))?;
        if moving.tracking == Tracking::Serial && quantity != Quantity::whole(1) {
            return Err(fault(
                &format!("{place}/quantity"),
                "not_one",
                "a serial number stands for one piece",
            ));
        }
        found.push(TransferLine {
            line: at as i64 + 1,
            item: line.item,
            lot: lot.map(|lot| lot.id),
            quantity,
            entered,
            received: Quantity::ZERO,
            lost: Quantity::ZERO,
            settled_entered: Quantity::ZERO,
        });
    }
    Ok(found)
}

/// From place to place, with nothing on its way.
async fn move_at_once(
    unit: &mut Unit,
    ctx: &Ctx,
    moving: &BTreeMap<ItemId, Moving>,
    detail: TransferDetail,
    way: (Place, Place),
) -> Result<TransferDetail, Error> {
    let TransferDetail { transfer, mut lines } = detail;
    let status = transfer.status.after(TransferStep::Move);
    let status = status.ok_or(Error::TransferState { status: transfer.status })?;
    let of_line = |line: &TransferLine| {
        let said = (line.quantity, line.entered.as_ref());
        postings(ctx, transfer.id, moving, line, way, said)
            .map(|posting| Posting { reference: transfer.reference.clone(), ..posting })
    };
    let all: Vec<Posting> = lines.iter().flat_map(of_line).collect();
    if let Err(refused) = post_or_refuse(unit, ctx, &all).await? {
        return Err(Error::refused_line(line_of(refused.index), refused.refusal));
    }
    for line in &mut lines {
        line.received = line.quantity;
        store::transfer_line::settle(unit, transfer.id, line).await?;
    }
    let now = Some(ctx.now());
    let progress = Progress { status, transit: None, shipped_at: now, completed_at: now };
    let transfer = store::transfer::advance(unit, transfer.id, progress).await?;
    let lines_moved: Vec<TransferredLine> = lines.iter().map(|line| moved(line, line.quantity)).collect();
    unit.publish(&TransferShipped {
        transfer: transfer.id,
        from_warehouse: transfer.from.warehouse,
        to_warehouse: transfer.to.warehouse,
        reference: transfer.reference.clone(),
        lines: lines_moved.clone(),
    })?;
    unit.publish(&TransferReceived {
        transfer: transfer.id,
        to_warehouse: transfer.to.warehouse,
        reference: transfer.reference.clone(),
        lines: lines_moved,
        complete: status == TransferStatus::Completed,
    })?;
    Ok(TransferDetail { transfer, lines })
}
