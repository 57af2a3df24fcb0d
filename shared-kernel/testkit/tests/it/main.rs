//! The way to the database, tried through the stage every other test stands on: what a unit of work carries, and the
//! walls around it.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod audit_migration;
mod customer;
mod hot;
mod pages;
mod schema;
mod search;
mod stock_migration;
mod unit_of_work;
mod walls;
mod workers;
