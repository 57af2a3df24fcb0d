//! The workflow domain through its own doors: HTTP, its subscriber and its job, with fakes of users and billing.

mod applying;
mod definitions;
mod house;
mod tasks;
