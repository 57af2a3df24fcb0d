//! The workflow domain through its own doors: HTTP, its subscriber and its job, with fakes of users, billing and
//! inventory.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a helper that fails is a test that fails")]

mod applying;
mod archive;
mod clearing;
mod counts;
mod deciding;
mod definitions;
mod house;
mod tasks;
