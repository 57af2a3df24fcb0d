//! What the crate `jobs` promises of a message, on both backends.
#![expect(clippy::result_large_err, reason = "a test says how a handler ends by what handlers end with")]

mod audit;
mod given_up;
mod house;
mod life;
mod nodes;
mod operators;
mod order;
mod schedules;
mod shutdown;
