//! Programs of others: how a tenant registers them, how its members let them act, and how they come by their tokens (OAuth 2.1).

pub mod allow_client;
pub mod authenticate_client;
pub mod authorization;
pub mod change_oauth_client;
pub mod create_oauth_client;
pub mod delete_oauth_client;
pub mod exchange_code;
pub mod grant_client_credentials;
pub mod introspect_token;
pub mod oauth_client;
pub mod refresh_client_session;
pub mod refusal;
pub mod restore_oauth_client;
pub mod revoke_oauth_grant;
pub mod revoke_token;
pub mod rotate_oauth_client;
pub mod show_oauth_clients;
pub mod show_oauth_grants;
pub mod sign_in_to_authorize;
