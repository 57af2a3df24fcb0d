//! What became of a transfer that is on its way: some of it has come, or will never come. Several times, until
//! nothing is left.

use crate::App;
use crate::domain::item::Moving;
use crate::domain::movement::{EnteredQuantity, MovementKind, check_happened_at};
use crate::domain::place::Place;
use crate::domain::share::{NoShare, Part};
use crate::domain::transfer::{
    MAX_LINES, Outcome, Transfer, TransferDetail, TransferLine, TransferStep, settle, step_of,
};
use crate::domain::{stock, text};
use crate::error::Error;
use crate::service::ledger::adjust_stock::MAX_REASON;
use crate::service::ledger::hold::hold;
use crate::service::ledger::post::{Posting, post_or_refuse};
use crate::service::ledger::receive_stock::{MAX_REFERENCE, in_item_unit};
use crate::service::places::find_place::{fault, find_place};
use crate::service::places::transfers::{document, items_of, moved, postings, with_sign};
use crate::store;
use crate::store::transfer::Progress;
use chrono::{DateTime, Utc};
use data::{AuditEntry, Unit};
use inventory_contract::{ItemId, LocationId, TransferId, TransferLost, TransferReceived, TransferredLine};
use kernel::{Ctx, Faults, Quantity};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub struct SettleTransfer {
    pub transfer: TransferId,
    /// All that is on its way where none is named.
    pub lines: Vec<SettledLine>,
    pub what: What,
    pub happened_at: Option<DateTime<Utc>>,
    /// A delivery note.
    pub reference: Option<String>,
}

pub struct SettledLine {
    pub line: i64,
    pub quantity: Quantity,
    /// The item's own where nothing is said.
    pub unit: Option<String>,
}

pub enum What {
    /// At another location of the warehouse than the transfer's, if that is said.
    Came {
        location: Option<LocationId>,
    },
    IsLost {
        reason: String,
    },
}

pub async fn settle_transfer(app: &App, ctx: &Ctx, command: SettleTransfer) -> Result<TransferDetail, Error> {
    let SettleTransfer { transfer: id, lines: named, what, happened_at, reference } = command;
    let mut faults = Faults::new();
    faults.require(named.len() <= MAX_LINES, "/lines", "out_of_range", "must have at most 200 lines");
    for (at, line) in named.iter().enumerate().take(MAX_LINES) {
        stock::check_moved(&mut faults, &format!("/lines/{at}/quantity"), line.quantity);
    }
    let happened_at = check_happened_at(&mut faults, happened_at, ctx.now());
    let reference = text::optional_line(&mut faults, "/reference", reference.as_deref(), MAX_REFERENCE);
    let reason = match &what {
        What::Came { .. } => None,
        What::IsLost { reason } => Some(text::line(&mut faults, "/reason", reason, MAX_REASON)),
    };
    let (reference, reason) = faults.finish((reference, reason)).map_err(Error::invalid)?;

    let mut unit = app.databases.write(ctx).await?;
    let before = store::transfer::find_to_change(&unit, id).await?.ok_or(Error::TransferNotFound)?;
    let TransferDetail { transfer, mut lines } = before;
    if transfer.status.after(TransferStep::SettleSome).is_none() {
        return Err(Error::TransferState { status: transfer.status });
    }
    let items = items_of(&lines);
    hold(&mut unit, ctx, &items).await?;
    let moving = store::item::moving(&unit, &items).await?;
    let transit = transit(&unit, &transfer).await?;
    let shares = shares(&unit, &moving, &lines, named).await?;
    let (outcome, to) = match &what {
        What::Came { location } => (Outcome::Received, Some(destination(&unit, &transfer, *location).await?)),
        What::IsLost { .. } => (Outcome::Lost, None),
    };
    let was: Vec<Value> = shares.iter().filter_map(|share| lines.get(share.at)).map(shown).collect();
    let mut all: Vec<(i64, Posting)> = Vec::new();
    let mut told: Vec<TransferredLine> = Vec::with_capacity(shares.len());
    for share in &shares {
        let Some(line) = lines.get_mut(share.at) else { continue };
        settle(line, outcome, share.part).map_err(|exceeded| Error::TransferExceeded {
            line: exceeded.line,
            wanted: exceeded.wanted,
            left: exceeded.left,
        })?;
        let quantity = share.part.quantity;
        told.push(moved(line, quantity));
        let said = (quantity, share.entered.as_ref());
        let both = to.map(|to| postings(ctx, id, &moving, line, (transit, to), said));
        let lost = Posting {
            lot: line.lot,
            entered: share.entered.as_ref().map(|entered| with_sign(entered, -quantity)),
            document: Some(document(id)),
            ..Posting::new(ctx, line.item, transit, MovementKind::Adjustment, -quantity)
        };
        let of_share = both.map_or_else(|| vec![lost], Vec::from);
        all.extend(of_share.into_iter().map(|posting| {
            let posting = Posting {
                happened_at,
                reference: reference.clone().or_else(|| transfer.reference.clone()),
                reason: reason.clone(),
                ..posting
            };
            (line.line, posting)
        }));
    }
    let postings: Vec<Posting> = all.iter().map(|(_, posting)| posting.clone()).collect();
    if let Err(refused) = post_or_refuse(&mut unit, ctx, &postings).await? {
        let line = all.get(refused.index).map_or(0, |(line, _)| *line);
        return Err(Error::refused_line(line, refused.refusal));
    }
    for share in &shares {
        if let Some(line) = lines.get(share.at) {
            store::transfer_line::settle(&unit, id, line).await?;
        }
    }
    let step = step_of(&lines);
    let status = transfer.status.after(step).ok_or(Error::TransferState { status: transfer.status })?;
    let complete = step == TransferStep::SettleRest;
    let progress = Progress {
        status,
        transit: transfer.transit,
        shipped_at: transfer.shipped_at,
        completed_at: complete.then(|| ctx.now()),
    };
    let settled = store::transfer::advance(&unit, id, progress).await?;
    tell(&mut unit, &settled, told, complete, reason.as_deref())?;
    let now: Vec<Value> = shares.iter().filter_map(|share| lines.get(share.at)).map(shown).collect();
    unit.audit(AuditEntry {
        action: match outcome {
            Outcome::Received => "inventory.transfer.receive",
            Outcome::Lost => "inventory.transfer.lose",
        },
        resource: "transfer",
        resource_id: id.uuid(),
        before: Some(json!({ "status": transfer.status, "lines": was })),
        after: Some(json!({ "status": settled.status, "lines": now, "reason": reason })),
    })?;
    Ok(unit.commit(TransferDetail { transfer: settled, lines }).await?)
}

fn shown(line: &TransferLine) -> Value {
    json!({ "line": line.line, "received": line.received, "lost": line.lost })
}

fn tell(
    unit: &mut Unit,
    transfer: &Transfer,
    lines: Vec<TransferredLine>,
    complete: bool,
    reason: Option<&str>,
) -> Result<(), data::Error> {
    let (to_warehouse, reference) = (transfer.to.warehouse, transfer.reference.clone());
    let transfer = transfer.id;
    match reason {
        None => unit.publish(&TransferReceived { transfer, to_warehouse, reference, lines, complete }),
        Some(reason) => {
            let reason = reason.to_owned();
            unit.publish(&TransferLost { transfer, to_warehouse, reference, lines, complete, reason })
        }
    }
}

/// Some of a line, by its place among the lines.
struct Share {
    at: usize,
    part: Part,
    entered: Option<EnteredQuantity>,
}

async fn shares(
    unit: &Unit,
    moving: &BTreeMap<ItemId, Moving>,
    lines: &[TransferLine],
    named: Vec<SettledLine>,
) -> Result<Vec<Share>, Error> {
    if named.is_empty() {
        let left = lines.iter().enumerate().filter(|(_, line)| line.left() > Quantity::ZERO);
        let share = |(at, line): (usize, &TransferLine)| Share {
            at,
            part: Part::of_item(line.left()),
            entered: None,
        };
        return Ok(left.map(share).collect());
    }
    let mut shares: Vec<Share> = Vec::with_capacity(named.len());
    for (index, share) in named.into_iter().enumerate() {
        let place = format!("/lines/{index}");
        let Some(at) = lines.iter().position(|line| line.line == share.line) else {
            return Err(fault(&format!("{place}/line"), "unknown", "the transfer has no such line"));
        };
        if shares.iter().any(|other| other.at == at) {
            return Err(fault(&format!("{place}/line"), "repeated", "is named twice; add the quantities up"));
        }
        let line = lines.get(at).ok_or(Error::ItemNotFound)?;
        let moving = moving.get(&line.item).ok_or(Error::ItemNotFound)?;
        let said = share.unit.as_deref();
        let (part, entered) = match line.settling(share.quantity, said) {
            Some(settling) => {
                let no_share = |no: NoShare| fault(&format!("{place}/quantity"), no.code(), &no.to_string());
                let (part, entered) = settling.map_err(no_share)?;
                (part, Some(entered))
            }
            None => {
                let converted = in_item_unit(unit, moving, share.quantity, said).await;
                let (quantity, entered) = converted.map_err(|error| error.below(&place))?;
                (Part::of_item(quantity), entered)
            }
        };
        shares.push(Share { at, part, entered });
    }
    Ok(shares)
}

/// What is there cannot be taken away, so a transfer that is on its way has it.
async fn transit(unit: &Unit, transfer: &Transfer) -> Result<Place, Error> {
    let transit: Vec<LocationId> = transfer.transit.into_iter().collect();
    let found = store::location::find_to_keep(unit, &transit).await?.pop();
    Ok(found.ok_or_else(|| data::Error::internal("a transfer on its way is nowhere"))?.place())
}

async fn destination(unit: &Unit, transfer: &Transfer, location: Option<LocationId>) -> Result<Place, Error> {
    if location.is_some() {
        return find_place(unit, Some(transfer.to.warehouse), location).await;
    }
    let found = store::location::find_to_keep(unit, &[transfer.to.location]).await?.pop();
    Ok(found.ok_or(Error::TransferPlaceGone)?.place())
}
