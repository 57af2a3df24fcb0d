//! The notifications domain from outside: told by events, sending by its job, seen over HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod archive;
mod house;
mod mail_server;
mod sending;
mod telling;
