//! What is due to be ordered again, told once when it falls to its level.

pub mod order_suggested;
pub mod suggest_orders;
pub mod watch;
