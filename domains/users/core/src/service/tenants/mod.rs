//! The tenant itself: its name, and what it asks of whoever signs in.

pub mod change_policy;
pub mod dry_run_policy;
pub mod policy;
pub mod rename_tenant;
pub mod show_policy;
pub mod show_tenant;
