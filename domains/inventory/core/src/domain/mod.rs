//! The rules of inventory as pure functions on values: nothing here does I/O or knows HTTP or SQL.

pub mod cost;
pub mod import_row;
pub mod item;
pub mod movement;
pub mod reservation;
pub mod sku;
pub mod stock;
pub mod text;
