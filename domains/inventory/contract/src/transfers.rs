//! What is announced of transfers.

use crate::{ItemId, LotId, TransferId, WarehouseId};
use kernel::Quantity;
use macros::DomainEvent;
use serde::{Deserialize, Serialize};

/// All of it has left its place and is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.transfer_shipped", version = 1, aggregate = transfer)]
pub struct TransferShipped {
    pub transfer: TransferId,
    pub from_warehouse: WarehouseId,
    pub to_warehouse: WarehouseId,
    pub reference: Option<String>,
    pub lines: Vec<TransferredLine>,
}

/// Some of what was on its way has come, or all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.transfer_received", version = 1, aggregate = transfer)]
pub struct TransferReceived {
    pub transfer: TransferId,
    pub to_warehouse: WarehouseId,
    pub reference: Option<String>,
    /// Of this receipt.
    pub lines: Vec<TransferredLine>,
    /// Whether nothing is on its way any more.
    pub complete: bool,
}

/// Some of what was on its way will never come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.transfer_lost", version = 1, aggregate = transfer)]
pub struct TransferLost {
    pub transfer: TransferId,
    pub to_warehouse: WarehouseId,
    pub reference: Option<String>,
    /// Of this loss.
    pub lines: Vec<TransferredLine>,
    pub complete: bool,
    pub reason: String,
}

/// A transfer of which nothing had left will not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.transfer_cancelled", version = 1, aggregate = transfer)]
pub struct TransferCancelled {
    pub transfer: TransferId,
    pub from_warehouse: WarehouseId,
    pub to_warehouse: WarehouseId,
    pub reference: Option<String>,
    /// What would have gone.
    pub lines: Vec<TransferredLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferredLine {
    /// From 1.
    pub line: i64,
    pub item: ItemId,
    pub lot: Option<LotId>,
    /// In the item's unit.
    pub quantity: Quantity,
}
