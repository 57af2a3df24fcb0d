//! The rules of inventory as pure functions on values: nothing here does I/O or knows HTTP or SQL.

pub mod barcode;
pub mod buying;
pub mod category;
pub mod cost;
pub mod costing;
pub mod count;
pub mod family;
pub mod import_row;
pub mod item;
pub mod kit;
pub mod ledger;
pub mod lot;
pub mod movement;
pub mod place;
pub mod reorder;
pub mod reservation;
pub mod selling;
pub mod sku;
pub mod stock;
pub mod supplier;
pub mod text;
pub mod transfer;
pub mod units;
