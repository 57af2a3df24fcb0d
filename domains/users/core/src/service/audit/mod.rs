//! The audit log of all domains.

pub mod append_audit_entry;
pub mod erase_audit_details;
pub mod list_audit_entries;
