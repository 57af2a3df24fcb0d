//! One use case a file, in the room of what it is about. What HTTP, the subscriber, the job, the identity provider and
//! the contract call.

pub mod accounts;
pub mod api_keys;
pub mod audit;
pub mod audit_streams;
pub mod factors;
pub mod imports;
pub mod leaving;
pub mod members;
pub mod oauth;
pub mod platform;
pub mod roles;
pub mod scim;
pub mod sessions;
pub mod sso;
pub mod support;
pub mod teams;
pub mod tenants;
