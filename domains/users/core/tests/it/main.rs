//! The users domain through its front doors: HTTP, the identity provider, the contract and the subscriber.

mod access;
mod api_keys;
mod contract;
mod house;
mod sessions;
mod sign_up;
mod tenant;
