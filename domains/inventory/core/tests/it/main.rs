//! Inventory through its own doors: HTTP, the contract, the import target and the report source, on both backends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod adjustments;
mod archive;
mod backorders;
mod buying;
mod categories;
mod codes;
mod counts;
mod events_of_places;
mod families;
mod house;
mod import_corrections;
mod import_files;
mod import_lines;
mod import_purchases;
mod import_rounds;
mod import_sales;
mod import_stock;
mod import_suppliers;
mod imports;
mod item_events;
mod items;
mod kit_orders;
mod kits;
mod ledger;
mod listener;
mod lots;
mod model;
mod order_references;
mod others;
mod places;
mod promises;
mod purchase_receipts;
mod reordering;
mod reservations;
mod selling;
mod shares;
mod stock;
mod stock_events;
mod supplier_events;
mod transfers;
mod unit_use;
mod value;
mod visits;
