//! The users domain through its front doors: HTTP, the identity provider, the contract and the subscriber.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod access;
mod access_tokens;
mod api_keys;
mod archive;
mod attacks;
mod audit_details;
mod audit_log;
mod audit_streams;
mod clean_up;
mod collector;
mod contract;
mod email_change;
mod erasure;
mod explain;
mod fresh;
mod house;
mod invitations;
mod leaving;
mod lost_passkeys;
mod members;
mod oauth;
mod oauth_refusals;
mod oidc;
mod operator_looks;
mod own_invitations;
mod passkey_only;
mod passkeys;
mod passwords;
mod platform;
mod policies;
mod policy_dry_run;
mod reseal;
mod roles;
mod scim;
mod second_factors;
mod sessions;
mod sign_up;
mod support_access;
mod support_granter;
mod switches;
mod teams;
mod tenant;
mod under_way;
