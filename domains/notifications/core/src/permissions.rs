//! What one may be allowed to do with notifications.

use kernel::Permission;
use kernel::permission::BuiltinRole::Admin;

pub const EMAILS_READ: Permission = Permission {
    name: "notifications.emails.read",
    summary: "See which mail was sent to whom",
    least_role: Some(Admin),
};

pub const PERMISSIONS: &[Permission] = &[EMAILS_READ];
