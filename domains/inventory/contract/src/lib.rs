//! What others may know of inventory: how much of an item there is, and what happened to its stock. Nothing here
//! changes stock; that is asked for over HTTP and by imports.

use chrono::{DateTime, Utc};
use kernel::contract::Cause;
use kernel::{Ctx, Quantity};
use macros::{DomainEvent, RemoteError, contract};
use serde::{Deserialize, Serialize};

kernel::typed_id!(ItemId, ItemKind, "item");
kernel::typed_id!(MovementId, MovementKind, "movement");
kernel::typed_id!(ReservationId, ReservationKind, "reservation");

/// The items of the caller's tenant. Other tenants' items are not found.
#[contract]
pub trait Inventory {
    async fn stock_of(&self, ctx: &Ctx, request: StockOf) -> Result<Stock, InventoryError>;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockOf {
    pub item: ItemId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stock {
    /// The sum of the item's movements.
    pub on_hand: Quantity,
    /// Of that, what active reservations hold.
    pub reserved: Quantity,
    /// What is left to reserve.
    pub available: Quantity,
}

#[derive(Debug, thiserror::Error, Serialize, Deserialize, RemoteError)]
pub enum InventoryError {
    #[error("the tenant has no such item")]
    ItemNotFound,
    #[error("inventory does not answer")]
    Unavailable(Cause),
    #[error("the deadline has passed")]
    DeadlineExceeded,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.stock_received", version = 1, aggregate = item)]
pub struct StockReceived {
    pub item: ItemId,
    pub movement: MovementId,
    /// Of the item's movements, from 1 without a gap.
    pub sequence: i64,
    pub quantity: Quantity,
    /// After this receipt.
    pub on_hand: Quantity,
    pub happened_at: DateTime<Utc>,
    pub reference: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.stock_reserved", version = 1, aggregate = item)]
pub struct StockReserved {
    pub item: ItemId,
    pub reservation: ReservationId,
    pub quantity: Quantity,
    /// After this reservation.
    pub available: Quantity,
    pub reference: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.stock_shipped", version = 1, aggregate = item)]
pub struct StockShipped {
    pub item: ItemId,
    pub reservation: ReservationId,
    pub movement: MovementId,
    pub sequence: i64,
    pub quantity: Quantity,
    /// After this shipment.
    pub on_hand: Quantity,
    pub happened_at: DateTime<Utc>,
    pub reference: Option<String>,
}
