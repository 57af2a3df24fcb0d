//! Every change of what is on hand, and proof that the balances are its sums.

pub mod adjust_stock;
pub mod hold;
pub mod list_movements;
pub mod list_stock;
pub mod lots;
pub mod named_lots;
pub mod post;
pub mod receive_stock;
pub mod reverse_movement;
pub mod stock_now;
pub mod verify_balances;
