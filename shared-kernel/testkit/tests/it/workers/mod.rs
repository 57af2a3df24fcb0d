//! What the crate `jobs` promises of a message, on both backends.

mod house;
mod life;
mod nodes;
mod operators;
mod order;
mod schedules;
mod shutdown;
