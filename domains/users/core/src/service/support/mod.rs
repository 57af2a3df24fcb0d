//! Operators who look through a member, where the tenant lets them.

pub mod end_support_session;
pub mod grant_support;
pub mod open_support_session;
pub mod revoke_support_grant;
pub mod show_support_grants;
pub mod support_grant;
