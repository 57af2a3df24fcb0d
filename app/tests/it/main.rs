//! The binary as its users meet it: started as a process, spoken to over HTTP, killed and started again.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod audit;
mod bad_input;
mod client;
mod compression;
mod config;
mod contract;
mod document;
mod domains;
mod edge;
mod erasure;
mod expired_link;
mod first_day;
mod furnished;
mod house;
mod imports;
mod keys;
mod kill;
mod leaving;
mod limits;
mod monitoring;
mod oauth;
mod openapi;
mod passkeys;
mod personal_data;
mod plans;
mod platform;
mod proxy;
mod remote;
mod revocation;
mod sso;
mod stock;
mod suspended;
mod tenant;
