//! How somebody comes to have a session, what it is worth, and how it ends.

pub mod authenticate;
pub mod begin_passkey_sign_in;
pub mod fresh;
pub mod prove_session;
pub mod refresh_session;
pub mod resume_actor;
pub mod revoke_session;
pub mod show_me;
pub mod show_sessions;
pub mod sign_in;
pub mod sign_in_with_passkey;
pub mod sign_out;
pub mod signed_in;
pub mod signing_keys;
pub mod still_open;
pub mod switch_tenant;
pub mod throttle;
pub mod tokens;
