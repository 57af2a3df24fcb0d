//! The use cases, one a file: what HTTP, imports, reports and the contract all call.

pub mod apply_import_batch;
pub mod create_item;
pub mod delete_item;
pub mod get_item;
pub mod list_items;
pub mod list_movements;
pub mod list_reservations;
pub mod patch_item;
pub mod put_item;
pub mod read_stock_valuation;
pub mod receive_stock;
pub mod release_reservation;
pub mod reserve_stock;
pub mod restore_item;
pub mod ship_reservation;
pub mod stock_of;
pub mod verify_balances;

use kernel::Quantity;

/// What a balance was before this came to it, for audit entries.
fn without(now: Quantity, came: Quantity) -> Quantity {
    Quantity::from_millionths(now.millionths() - came.millionths())
}
