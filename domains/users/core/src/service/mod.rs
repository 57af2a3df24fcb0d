//! One use case a file. What HTTP, the subscriber, the job, the identity provider and the contract call.

pub mod api_key;
pub mod append_audit_entry;
pub mod authenticate;
pub mod create_api_key;
pub mod erase_audit_details;
pub mod find_member;
pub mod list_audit_entries;
pub mod list_members;
pub mod refresh_session;
pub mod rename_tenant;
pub mod resume_actor;
pub mod revoke_api_key;
pub mod show_api_keys;
pub mod show_me;
pub mod show_tenant;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;
pub mod tokens;
pub mod verify_email;
