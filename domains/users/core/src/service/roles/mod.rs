//! What a role lets its holders do, who may give it, and why something is allowed.

pub mod authority;
pub mod change_role;
pub mod create_role;
pub mod delete_role;
pub mod explain;
pub mod restore_role;
pub mod show_roles;
