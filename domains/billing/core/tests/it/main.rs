//! Billing through its published surface alone: HTTP, the contract in its remote form, and the report.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod archive;
mod catalog;
mod holds;
mod house;
mod import_customers;
mod import_prices;
mod imported;
mod invoices;
mod report;
mod subscriptions;
mod walls;
