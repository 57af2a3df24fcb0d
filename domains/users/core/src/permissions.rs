//! What one may be allowed to do with users.

use kernel::Permission;
use kernel::permission::BuiltinRole::{Admin, Member, Owner, Viewer};

pub const PROFILE_READ: Permission =
    Permission { name: "users.profile.read", summary: "See one's own profile", least_role: Viewer };
pub const SESSIONS_END: Permission =
    Permission { name: "users.sessions.end", summary: "Sign out of one's own session", least_role: Viewer };
pub const MEMBERS_READ: Permission =
    Permission { name: "users.members.read", summary: "See the members of the tenant", least_role: Viewer };
pub const MEMBERS_INVITE: Permission =
    Permission { name: "users.members.invite", summary: "Invite people into the tenant", least_role: Admin };
pub const MEMBERS_WRITE: Permission = Permission {
    name: "users.members.write",
    summary: "Change, suspend and remove members of the tenant",
    least_role: Admin,
};
pub const ROLES_READ: Permission =
    Permission { name: "users.roles.read", summary: "See the tenant's own roles", least_role: Member };
pub const ROLES_WRITE: Permission = Permission {
    name: "users.roles.write",
    summary: "Make, change and delete the tenant's own roles",
    least_role: Admin,
};
pub const TEAMS_READ: Permission =
    Permission { name: "users.teams.read", summary: "See the teams and who is in them", least_role: Viewer };
pub const TEAMS_WRITE: Permission = Permission {
    name: "users.teams.write",
    summary: "Make, change and delete teams, and say who is in them",
    least_role: Admin,
};
pub const API_KEYS_READ: Permission =
    Permission { name: "users.api_keys.read", summary: "See the tenant's API keys", least_role: Admin };
pub const API_KEYS_WRITE: Permission = Permission {
    name: "users.api_keys.write",
    summary: "Make, change and revoke API keys",
    least_role: Admin,
};
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
    MEMBERS_INVITE,
    MEMBERS_WRITE,
    ROLES_READ,
    ROLES_WRITE,
    TEAMS_READ,
    TEAMS_WRITE,
    API_KEYS_READ,
    API_KEYS_WRITE,
    TENANT_READ,
    TENANT_WRITE,
    AUDIT_READ,
];
