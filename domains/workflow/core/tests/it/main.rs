//! The workflow domain through its own doors: HTTP, its subscriber and its job, with fakes of users and billing.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a helper that fails is a test that fails")]

mod applying;
mod archive;
mod clearing;
mod deciding;
mod definitions;
mod house;
mod tasks;
