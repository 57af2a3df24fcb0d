//! What can go wrong in inventory, each as a kind of problem a client can act on.

use crate::domain::reservation::ReservationStatus;
use inventory_contract::{ItemId, ReservationId};
use kernel::problem::{Problem, VERSION_MISMATCH};
use kernel::{FieldError, Quantity};
use macros::Problems;

#[derive(Debug, thiserror::Error, Problems)]
pub enum Error {
    #[error("There is no such item.")]
    #[problem(code = "inventory.item_not_found", status = 404, title = "No such item")]
    ItemNotFound,
    #[error("There is no such reservation.")]
    #[problem(code = "inventory.reservation_not_found", status = 404, title = "No such reservation")]
    ReservationNotFound,
    #[error("There is no such movement.")]
    #[problem(code = "inventory.movement_not_found", status = 404, title = "No such movement")]
    MovementNotFound,
    #[error("Another item has the sku {sku}.")]
    #[problem(code = "inventory.sku_taken", status = 409, title = "The sku is taken")]
    SkuTaken { sku: String },
    #[error("Another item has this external_id.")]
    #[problem(code = "inventory.external_id_taken", status = 409, title = "The external id is taken")]
    ExternalIdTaken,
    #[error("There is an item with the id {id} already.")]
    #[problem(code = "inventory.item_exists", status = 409, title = "The item exists already")]
    ItemExists { id: ItemId },
    #[error("There is a reservation with the id {id} already.")]
    #[problem(code = "inventory.reservation_exists", status = 409, title = "The reservation exists already")]
    ReservationExists { id: ReservationId },
    #[error("The item is not deleted, so there is nothing to restore.")]
    #[problem(code = "inventory.item_not_deleted", status = 409, title = "The item is not deleted")]
    ItemNotDeleted,
    #[error("The item still has stock; ship or count it to zero and release its reservations first.")]
    #[problem(code = "inventory.item_has_stock", status = 409, title = "The item has stock")]
    ItemHasStock,
    #[error("{wanted} were asked for, and {available} are available.")]
    #[problem(code = "inventory.insufficient_stock", status = 409, title = "Not enough stock")]
    InsufficientStock { wanted: Quantity, available: Quantity },
    #[error("The item would have more on hand than can be kept.")]
    #[problem(code = "inventory.stock_too_large", status = 409, title = "Too much stock")]
    StockTooLarge,
    #[error("The reservation is {} already.", .status.name())]
    #[problem(code = "inventory.reservation_settled", status = 409, title = "The reservation is settled")]
    ReservationSettled { status: ReservationStatus },
    #[error(transparent)]
    #[problem(transparent)]
    Other(#[from] Problem),
    #[error(transparent)]
    #[problem(transparent)]
    Data(#[from] data::Error),
}

impl Error {
    pub fn stale() -> Self {
        let detail = "The item or its stock has changed since you read it: read it again and retry.";
        Self::Other(Problem::new(VERSION_MISMATCH, detail))
    }

    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::Other(Problem::invalid(errors))
    }
}
