//! What a worker promises of a message, on both backends.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a helper that fails is a test that fails")]

mod house;
mod life;
mod nodes;
mod operators;
mod order;
mod schedules;
mod shutdown;
