//! What the stock is worth: valued as it moves, by what it cost and what it cost to bring here.

pub mod accounts;
pub mod change_cost;
pub mod create_landed_cost;
mod earlier;
pub mod list_landed_costs;
pub mod list_valuation;
pub mod read_stock_report;
pub mod read_stock_valuation;
pub mod value_movements;
pub mod verify_values;
