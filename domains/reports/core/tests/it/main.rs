//! The reports domain from outside: over HTTP and by its jobs, with reports that the tests make up.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod archive;
mod asking;
mod house;
mod writing;
