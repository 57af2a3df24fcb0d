//! What one may be allowed to do with users.

use kernel::Permission;
use kernel::permission::BuiltinRole::{Admin, Owner, Viewer};

pub const PROFILE_READ: Permission =
    Permission { name: "users.profile.read", summary: "See one's own profile", least_role: Viewer };
pub const SESSIONS_END: Permission =
    Permission { name: "users.sessions.end", summary: "Sign out of one's own session", least_role: Viewer };
pub const MEMBERS_READ: Permission =
    Permission { name: "users.members.read", summary: "See the members of the tenant", least_role: Viewer };
pub const API_KEYS_READ: Permission =
    Permission { name: "users.api_keys.read", summary: "See the tenant's API keys", least_role: Admin };
pub const API_KEYS_WRITE: Permission =
    Permission { name: "users.api_keys.write", summary: "Make and revoke API keys", least_role: Admin };
pub const TENANT_READ: Permission =
    Permission { name: "users.tenant.read", summary: "See the tenant", least_role: Viewer };
pub const TENANT_WRITE: Permission =
    Permission { name: "users.tenant.write", summary: "Rename the tenant", least_role: Owner };
pub const AUDIT_READ: Permission =
    Permission { name: "users.audit.read", summary: "Read the audit log", least_role: Admin };

pub const PERMISSIONS: &[Permission] = &[
    PROFILE_READ,
    SESSIONS_END,
    MEMBERS_READ,
    API_KEYS_READ,
    API_KEYS_WRITE,
    TENANT_READ,
    TENANT_WRITE,
    AUDIT_READ,
];
