//! The audit log of all domains.

pub mod append_audit_entry;
pub mod create_audit_export;
pub mod download_audit_export;
pub mod end_audit_export;
pub mod erase_audit_details;
pub mod erase_old_audit_details;
pub mod expire_audit_exports;
pub mod list_audit_entries;
pub mod produce_audit_export;
pub mod prove_consistency;
pub mod prove_inclusion;
pub mod seal_audit_entries;
pub mod show_audit_entry;
pub mod show_audit_exports;
pub mod sign_checkpoint;
mod tree;
