//! What one may be allowed to do with users.

use kernel::Permission;
use kernel::permission::BuiltinRole::{Admin, Member, Owner, Viewer};

pub const PROFILE_READ: Permission =
    Permission { name: "users.profile.read", summary: "See one's own profile", least_role: Some(Viewer) };
pub const SESSIONS_END: Permission = Permission {
    name: "users.sessions.end",
    summary: "Sign out of one's own session",
    least_role: Some(Viewer),
};
pub const MEMBERS_READ: Permission = Permission {
    name: "users.members.read",
    summary: "See the members of the tenant",
    least_role: Some(Viewer),
};
pub const MEMBERS_INVITE: Permission = Permission {
    name: "users.members.invite",
    summary: "Invite people into the tenant",
    least_role: Some(Admin),
};
pub const MEMBERS_WRITE: Permission = Permission {
    name: "users.members.write",
    summary: "Change, suspend and remove members of the tenant",
    least_role: Some(Admin),
};
pub const DIRECTORY_PROVISION: Permission = Permission {
    name: "users.directory.provision",
    summary: "Bring people and teams in and out by the word of the tenant's directory (SCIM)",
    least_role: Some(Admin),
};
pub const ROLES_READ: Permission =
    Permission { name: "users.roles.read", summary: "See the tenant's own roles", least_role: Some(Member) };
pub const ROLES_WRITE: Permission = Permission {
    name: "users.roles.write",
    summary: "Make, change and delete the tenant's own roles",
    least_role: Some(Admin),
};
pub const TEAMS_READ: Permission = Permission {
    name: "users.teams.read",
    summary: "See the teams and who is in them",
    least_role: Some(Viewer),
};
pub const TEAMS_WRITE: Permission = Permission {
    name: "users.teams.write",
    summary: "Make, change and delete teams, and say who is in them",
    least_role: Some(Admin),
};
pub const API_KEYS_READ: Permission =
    Permission { name: "users.api_keys.read", summary: "See the tenant's API keys", least_role: Some(Admin) };
pub const API_KEYS_WRITE: Permission = Permission {
    name: "users.api_keys.write",
    summary: "Make, change and revoke API keys",
    least_role: Some(Admin),
};
pub const OAUTH_CLIENTS_READ: Permission = Permission {
    name: "users.oauth_clients.read",
    summary: "See the programs of others that are registered with the tenant",
    least_role: Some(Admin),
};
pub const OAUTH_CLIENTS_WRITE: Permission = Permission {
    name: "users.oauth_clients.write",
    summary: "Register, change and remove programs of others",
    least_role: Some(Admin),
};
pub const TENANT_READ: Permission =
    Permission { name: "users.tenant.read", summary: "See the tenant", least_role: Some(Viewer) };
pub const TENANT_WRITE: Permission =
    Permission { name: "users.tenant.write", summary: "Rename the tenant", least_role: Some(Owner) };
pub const TENANT_EXPORT: Permission = Permission {
    name: "users.tenant.export",
    summary: "Take along all that the tenant has",
    least_role: Some(Owner),
};
pub const TENANT_CLOSE: Permission =
    Permission { name: "users.tenant.close", summary: "Close the tenant for good", least_role: Some(Owner) };
pub const AUDIT_READ: Permission =
    Permission { name: "users.audit.read", summary: "Read the audit log", least_role: Some(Admin) };
pub const AUDIT_STREAMS_READ: Permission = Permission {
    name: "users.audit_streams.read",
    summary: "See where the audit log is streamed to",
    least_role: Some(Admin),
};
pub const AUDIT_STREAMS_WRITE: Permission = Permission {
    name: "users.audit_streams.write",
    summary: "Stream the audit log to collectors, and end that",
    least_role: Some(Admin),
};

pub const POLICY_READ: Permission = Permission {
    name: "users.policy.read",
    summary: "See what the tenant asks of its members' sign-ins",
    least_role: Some(Admin),
};
pub const POLICY_WRITE: Permission = Permission {
    name: "users.policy.write",
    summary: "Say what the tenant asks of its members' sign-ins",
    least_role: Some(Owner),
};
pub const SUPPORT_READ: Permission = Permission {
    name: "users.support_access.read",
    summary: "See which access operators of the installation were given",
    least_role: Some(Admin),
};
pub const SUPPORT_WRITE: Permission = Permission {
    name: "users.support_access.write",
    summary: "Give operators of the installation access, and take it back",
    least_role: Some(Owner),
};

pub const SSO_READ: Permission = Permission {
    name: "users.sso.read",
    summary: "See by which providers members sign in, and which domains are verified",
    least_role: Some(Admin),
};
pub const SSO_WRITE: Permission = Permission {
    name: "users.sso.write",
    summary: "Say by which providers members sign in, and verify domains",
    least_role: Some(Owner),
};

pub const TENANTS_READ: Permission =
    Permission { name: "platform.tenants.read", summary: "See all tenants", least_role: None };
pub const TENANTS_WRITE: Permission =
    Permission { name: "platform.tenants.write", summary: "Suspend and limit tenants", least_role: None };
pub const SETTINGS_READ: Permission = Permission {
    name: "platform.settings.read",
    summary: "See what is decided for all tenants",
    least_role: None,
};
pub const SETTINGS_WRITE: Permission = Permission {
    name: "platform.settings.write",
    summary: "Decide for all tenants: who may sign up, which features are on",
    least_role: None,
};
pub const SUPPORT_USE: Permission = Permission {
    name: "platform.support_access.use",
    summary: "Look at a tenant as far as it lets operators",
    least_role: None,
};
pub const PLATFORM_AUDIT_READ: Permission =
    Permission { name: "platform.audit.read", summary: "Read what operators did", least_role: None };

/// What an operator of the installation may do.
pub const OPERATORS: &[Permission] =
    &[TENANTS_READ, TENANTS_WRITE, SETTINGS_READ, SETTINGS_WRITE, SUPPORT_USE, PLATFORM_AUDIT_READ];

/// What is left to who has yet to set up the second factor that their tenant asks for.
pub const OF_ONESELF: &[Permission] = &[PROFILE_READ, SESSIONS_END];

/// What an operator may not do through a member, whatever that one may: it would outlive the visit, or is the person's own.
pub const WITHHELD_FROM_SUPPORT: &[Permission] = &[
    SESSIONS_END,
    MEMBERS_INVITE,
    MEMBERS_WRITE,
    DIRECTORY_PROVISION,
    ROLES_WRITE,
    TEAMS_WRITE,
    API_KEYS_WRITE,
    OAUTH_CLIENTS_WRITE,
    TENANT_WRITE,
    TENANT_EXPORT,
    TENANT_CLOSE,
    AUDIT_STREAMS_WRITE,
    POLICY_WRITE,
    SUPPORT_WRITE,
    SSO_WRITE,
];

/// What no program of others is let do, whoever it acts for: it is the person's own, takes all at once, or would let somebody in
/// who stays when the program goes. A directory brings an API key.
pub const WITHHELD_FROM_CLIENTS: &[Permission] = &[
    SESSIONS_END,
    DIRECTORY_PROVISION,
    API_KEYS_WRITE,
    OAUTH_CLIENTS_WRITE,
    TENANT_EXPORT,
    TENANT_CLOSE,
    AUDIT_STREAMS_WRITE,
    POLICY_WRITE,
    SUPPORT_WRITE,
    SSO_WRITE,
];

pub const PERMISSIONS: &[Permission] = &[
    PROFILE_READ,
    SESSIONS_END,
    MEMBERS_READ,
    MEMBERS_INVITE,
    MEMBERS_WRITE,
    DIRECTORY_PROVISION,
    ROLES_READ,
    ROLES_WRITE,
    TEAMS_READ,
    TEAMS_WRITE,
    API_KEYS_READ,
    API_KEYS_WRITE,
    OAUTH_CLIENTS_READ,
    OAUTH_CLIENTS_WRITE,
    TENANT_READ,
    TENANT_WRITE,
    TENANT_EXPORT,
    TENANT_CLOSE,
    AUDIT_READ,
    AUDIT_STREAMS_READ,
    AUDIT_STREAMS_WRITE,
    POLICY_READ,
    POLICY_WRITE,
    SUPPORT_READ,
    SUPPORT_WRITE,
    SSO_READ,
    SSO_WRITE,
    TENANTS_READ,
    TENANTS_WRITE,
    SETTINGS_READ,
    SETTINGS_WRITE,
    SUPPORT_USE,
    PLATFORM_AUDIT_READ,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn through_a_member_an_operator_reads_and_changes_nothing_of_people() {
        let of_tenants = PERMISSIONS.iter().filter(|permission| permission.least_role.is_some());
        let changes = of_tenants.filter(|permission| !permission.name.ends_with(".read"));
        let changes: Vec<_> = changes.map(|permission| permission.name).collect();
        let withheld: Vec<_> = WITHHELD_FROM_SUPPORT.iter().map(|permission| permission.name).collect();
        assert_eq!(changes, withheld);
    }
}
