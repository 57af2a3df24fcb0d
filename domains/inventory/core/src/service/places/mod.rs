//! Warehouses and the tree of locations in each.

pub mod create_warehouse;
pub mod find_place;
pub mod locations;
pub mod main_warehouse;
pub mod transfers;
pub mod warehouses;
