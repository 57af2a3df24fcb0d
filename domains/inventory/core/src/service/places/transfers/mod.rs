//! Transfers: asked for, shipped, received in parts, lost, or cancelled before anything has left.

pub mod cancel_transfer;
pub mod create_transfer;
pub mod find_transit;
pub mod settle_transfer;
pub mod ship_transfer;
pub mod show_transfers;

use crate::domain::item::Moving;
use crate::domain::lot::Tracking;
use crate::domain::movement::{Document, DocumentKind, EnteredQuantity, MovementKind};
use crate::domain::place::Place;
use crate::domain::transfer::{TransferLine, legs};
use crate::domain::unique::unique;
use crate::service::ledger::post::Posting;
use inventory_contract::{ItemId, TransferId, TransferredLine};
use kernel::{Ctx, Quantity};
use std::collections::BTreeMap;

fn document(transfer: TransferId) -> Document {
    Document { kind: DocumentKind::Transfer, id: transfer.uuid() }
}

/// The two movements by which some of a line goes from a place to another.
fn postings(
    ctx: &Ctx,
    transfer: TransferId,
    moving: &BTreeMap<ItemId, Moving>,
    line: &TransferLine,
    (from, to): (Place, Place),
    (quantity, entered): (Quantity, Option<&EnteredQuantity>),
) -> [Posting; 2] {
    let is_serial = moving.get(&line.item).is_some_and(|moving| moving.tracking == Tracking::Serial);
    legs(from, to, quantity, is_serial).map(|leg| Posting {
        lot: line.lot,
        entered: entered.map(|entered| with_sign(entered, leg.quantity)),
        document: Some(document(transfer)),
        ..Posting::new(ctx, line.item, leg.place, MovementKind::Transfer, leg.quantity)
    })
}

/// What was said, below nothing where the stock leaves.
fn with_sign(entered: &EnteredQuantity, moved: Quantity) -> EnteredQuantity {
    if moved < Quantity::ZERO { entered.negated() } else { entered.clone() }
}

/// Whose posting was refused, where each line has two of them.
fn line_of(refused: usize) -> i64 {
    refused as i64 / 2 + 1
}

fn moved(line: &TransferLine, quantity: Quantity) -> TransferredLine {
    TransferredLine { line: line.line, item: line.item, lot: line.lot, quantity }
}

fn items_of(lines: &[TransferLine]) -> Vec<ItemId> {
    unique(lines.iter().map(|line| line.item))
}
