//! What is bought: suppliers, and the orders placed with them, until all of it has come or is expected no
//! more.

mod booking;
mod brought;
pub mod cancel_purchase_order;
pub mod close_purchase_order;
pub mod create_purchase_order;
pub mod create_supplier;
pub mod delete_supplier;
mod find_lines;
mod line_faults;
pub mod order_purchase_order;
pub mod patch_purchase_order;
pub mod patch_supplier;
pub mod put_purchase_order;
pub mod put_supplier;
mod receipts;
pub mod receive_purchase_order;
pub mod restore_supplier;
pub mod return_purchase_order;
pub mod reverse_purchase_receipt;
pub mod show_purchase_orders;
pub mod show_suppliers;

pub use booking::{MovedLine, ReturnedLine, WrongLine};
