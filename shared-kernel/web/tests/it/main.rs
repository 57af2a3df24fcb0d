//! The HTTP contract, through a tiny domain of its own.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod bad_input;
mod client;
mod deprecation;
mod document;
mod edge;
mod idempotency;
mod limits;
mod lists;
mod preconditions;
mod remote;
mod shop;
mod uploads;
mod wire;
