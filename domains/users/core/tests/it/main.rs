//! The users domain through its front doors: HTTP, the identity provider, the contract and the subscriber.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod access;
mod api_keys;
mod audit_details;
mod contract;
mod explain;
mod house;
mod invitations;
mod members;
mod passwords;
mod roles;
mod second_factors;
mod sessions;
mod sign_up;
mod teams;
mod tenant;
