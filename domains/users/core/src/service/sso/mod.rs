//! Signing in by a tenant's own provider (OpenID Connect): the connections, the domains a tenant has proved to be its own,
//! and the way to the provider and back.

pub mod add_domain;
pub mod change_connection;
pub mod connection;
pub mod create_connection;
pub mod delete_connection;
pub mod discover;
pub mod domain;
pub mod enforcement;
pub mod exchange_sign_in;
pub mod federated;
pub mod fetch;
pub mod finish_sign_in;
pub mod identify;
pub mod initiate_sign_in;
pub mod provider;
pub mod remove_domain;
pub mod show_connections;
pub mod show_domains;
pub mod show_identities;
pub mod start_sign_in;
pub mod tell_of_bypass;
pub mod unlink_identity;
pub mod verify_domain;
