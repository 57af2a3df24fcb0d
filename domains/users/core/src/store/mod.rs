//! The tables of users and every query on them; the only place that knows sea-orm.

pub mod api_key;
pub mod audit_backlog;
pub mod audit_detail;
pub mod audit_entry;
pub mod audit_export;
pub mod audit_leaf;
pub mod audit_stream;
pub mod audit_tree;
pub mod audit_unsealed;
pub mod authority;
pub mod data_export;
pub mod email_change;
pub mod email_token;
pub mod ended;
pub mod factors;
pub mod identity;
pub mod installation;
pub mod invitation;
pub mod members_of;
pub mod membership;
pub mod oauth_client;
pub mod oauth_code;
pub mod oauth_grant;
pub mod of_person;
pub mod oidc_connection;
pub mod oidc_identity;
pub mod oidc_sign_in;
pub mod operator;
pub mod passkey;
pub mod passkey_ceremony;
pub mod password_reset;
pub mod recovery_code;
pub mod refresh_token;
pub mod role;
pub mod scim_group_member;
pub mod scim_user;
pub mod session;
pub mod sign_in_failure;
pub mod sign_in_place;
pub mod signing_key;
pub mod support_grant;
pub mod switch;
pub mod team;
pub mod team_member;
pub mod tenant;
pub mod tenant_closure;
pub mod tenant_policy;
pub mod tenant_switch;
pub mod totp_factor;
pub mod user;
pub mod user_erasure;
pub mod verified_domain;

use kernel::permission::BuiltinRole;

pub(crate) fn builtin_role(word: &str) -> Result<BuiltinRole, data::Error> {
    BuiltinRole::parse(word).ok_or_else(|| unknown("role", word))
}

/// A stored word that the code does not know: the database is newer, or was changed by hand.
pub(crate) fn unknown(what: &str, word: &str) -> data::Error {
    data::Error::internal(format!("unknown {what} in the database: {word:?}"))
}
