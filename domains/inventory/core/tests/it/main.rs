//! Inventory through its own doors: HTTP, the contract, the import target and the report source, on both backends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod archive;
mod house;
mod imports;
mod items;
mod ledger;
mod others;
mod reservations;
mod stock;
