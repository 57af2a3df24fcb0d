//! One use case a file, in the room of what it is about. What HTTP, the subscriber, the job, the identity provider and
//! the contract call.

pub mod accounts;
pub mod api_keys;
pub mod audit;
pub mod factors;
pub mod members;
pub mod platform;
pub mod roles;
pub mod sessions;
pub mod support;
pub mod teams;
pub mod tenants;
