//! The audit log streamed to collectors of the tenant's own.

pub mod audit_stream;
pub mod change_audit_stream;
pub mod create_audit_stream;
pub mod delete_audit_stream;
pub mod deliver_audit_stream;
mod entries;
pub mod payload;
pub mod rotate_audit_stream;
pub mod set_audit_stream_state;
pub mod show_audit_streams;
mod tell_of_pause;
pub mod test_audit_stream;
pub mod wake_audit_streams;
