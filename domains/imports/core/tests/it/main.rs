//! Imports through their published surface, on both backends: HTTP, the real worker, and a fake target.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends at what it did not expect, in helpers too"
)]

mod archive;
mod exports;
mod formats;
mod house;
mod mappings;
mod notation;
mod plan;
mod recovery;
mod runs;
mod undo;
mod uploads;
mod warehouse;
