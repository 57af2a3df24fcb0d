//! The HTTP surface of users: operations under `/api/v1/users`, and the pages that links in mail lead to.

mod api_keys;
mod audit_entries;
mod authorization;
mod email_changes;
mod invitations;
mod jwks;
mod members;
mod pages;
mod passkeys;
mod passwords;
pub mod platform;
mod policy;
mod roles;
mod second_factors;
mod sessions;
mod sign_up;
mod support_grants;
mod teams;
mod tenant;

pub use pages::pages;

use crate::app::App;
use crate::domain::{RoleId, RoleRef};
use crate::error::Error;
use crate::permissions;
use kernel::Faults;
use kernel::permission::BuiltinRole;
use kernel::problem::Problems;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, operation};

/// What a device says of a passkey, with the certificates of its maker.
const MAX_CREDENTIAL_BYTES: usize = 65_536;

pub fn api(app: App) -> Api {
    Api::new("users", app.databases.clone(), &[Error::KINDS])
        .state(app)
        .tag("Sign-up", "A tenant, its owner, and the proof of their address")
        .operation(operation!(sign_up::sign_up).public("nobody has a credential before they have signed up"))
        .operation(operation!(sign_up::verify_email).public("the link's token is the credential"))
        .tag("Sessions", "Signing in and out")
        .operation(operation!(sessions::sign_in).public("address and password are the credential"))
        .operation(operation!(sessions::refresh_session).public("the refresh token is the credential"))
        .operation(operation!(sessions::switch_tenant).permission(&permissions::SESSIONS_END))
        .operation(
            operation!(sessions::prove_session)
                .permission(&permissions::SESSIONS_END)
                .body_limit(MAX_CREDENTIAL_BYTES),
        )
        .operation(operation!(sessions::sign_out).permission(&permissions::SESSIONS_END))
        .operation(operation!(sessions::list_sessions).permission(&permissions::PROFILE_READ))
        .operation(operation!(sessions::revoke_session).permission(&permissions::SESSIONS_END))
        .operation(operation!(sessions::revoke_other_sessions).permission(&permissions::SESSIONS_END))
        .operation(operation!(sessions::revoke_all_sessions).permission(&permissions::SESSIONS_END))
        .operation(operation!(sessions::show_me).permission(&permissions::PROFILE_READ))
        .tag("Passwords", "Choosing another password")
        .operation(
            operation!(passwords::request_password_reset)
                .public("who has forgotten their password has no credential"),
        )
        .operation(operation!(passwords::reset_password).public("the link's token is the credential"))
        .operation(operation!(passwords::change_password).permission(&permissions::SESSIONS_END))
        .operation(operation!(passwords::remove_password).permission(&permissions::SESSIONS_END))
        .tag("Passkeys", "Signing in with a key that does not leave its device")
        .operation(
            operation!(passkeys::begin_passkey_sign_in)
                .public("what is asked of a browser is the same for everybody"),
        )
        .operation(
            operation!(passkeys::sign_in_with_passkey)
                .public("what the passkey has signed is the credential")
                .body_limit(MAX_CREDENTIAL_BYTES),
        )
        .operation(operation!(passkeys::begin_passkey_registration).permission(&permissions::SESSIONS_END))
        .operation(
            operation!(passkeys::register_passkey)
                .permission(&permissions::SESSIONS_END)
                .body_limit(MAX_CREDENTIAL_BYTES),
        )
        .operation(operation!(passkeys::list_passkeys).permission(&permissions::PROFILE_READ))
        .operation(operation!(passkeys::get_passkey).permission(&permissions::PROFILE_READ))
        .operation(operation!(passkeys::remove_passkey).permission(&permissions::SESSIONS_END))
        .tag("Address", "Moving to another e-mail address")
        .operation(operation!(email_changes::request_email_change).permission(&permissions::SESSIONS_END))
        .operation(operation!(email_changes::show_email_change).permission(&permissions::PROFILE_READ))
        .operation(operation!(email_changes::cancel_email_change).permission(&permissions::SESSIONS_END))
        .operation(
            operation!(email_changes::confirm_email_change).public("the link's token is the credential"),
        )
        .tag("Second factors", "An authenticator, and recovery codes for who has lost it")
        .operation(operation!(second_factors::show_second_factors).permission(&permissions::PROFILE_READ))
        .operation(operation!(second_factors::enrol_totp).permission(&permissions::SESSIONS_END))
        .operation(operation!(second_factors::confirm_totp).permission(&permissions::SESSIONS_END))
        .operation(operation!(second_factors::remove_totp).permission(&permissions::SESSIONS_END))
        .operation(operation!(second_factors::renew_recovery_codes).permission(&permissions::SESSIONS_END))
        .tag("API keys", "Credentials for programs")
        .operation(operation!(api_keys::create_api_key).permission(&permissions::API_KEYS_WRITE))
        .operation(operation!(api_keys::list_api_keys).permission(&permissions::API_KEYS_READ))
        .operation(operation!(api_keys::get_api_key).permission(&permissions::API_KEYS_READ))
        .operation(operation!(api_keys::patch_api_key).permission(&permissions::API_KEYS_WRITE))
        .operation(operation!(api_keys::rotate_api_key).permission(&permissions::API_KEYS_WRITE))
        .operation(operation!(api_keys::revoke_api_key).permission(&permissions::API_KEYS_WRITE))
        .tag("Members", "Who belongs to the tenant")
        .operation(operation!(members::list_members).permission(&permissions::MEMBERS_READ))
        .operation(operation!(members::get_member).permission(&permissions::MEMBERS_READ))
        .operation(operation!(members::patch_member).permission(&permissions::MEMBERS_WRITE))
        .operation(operation!(members::suspend_member).permission(&permissions::MEMBERS_WRITE))
        .operation(operation!(members::resume_member).permission(&permissions::MEMBERS_WRITE))
        .operation(operation!(members::remove_member).permission(&permissions::MEMBERS_WRITE))
        .operation(operation!(members::leave_tenant).permission(&permissions::SESSIONS_END))
        .tag("Invitations", "Who is asked in")
        .operation(
            operation!(invitations::accept_invitation)
                .public("the link's token and a password are the credential"),
        )
        .operation(operation!(invitations::accept_own_invitation).permission(&permissions::SESSIONS_END))
        .operation(operation!(invitations::invite).permission(&permissions::MEMBERS_INVITE))
        .operation(operation!(invitations::list_invitations).permission(&permissions::MEMBERS_INVITE))
        .operation(operation!(invitations::get_invitation).permission(&permissions::MEMBERS_INVITE))
        .operation(operation!(invitations::resend_invitation).permission(&permissions::MEMBERS_INVITE))
        .operation(operation!(invitations::revoke_invitation).permission(&permissions::MEMBERS_INVITE))
        .tag("Roles", "The tenant's own roles, beside those that every tenant has")
        .operation(operation!(roles::create_role).permission(&permissions::ROLES_WRITE))
        .operation(
            operation!(roles::list_roles)
                .permission(&permissions::ROLES_READ)
                .shows_deleted(&permissions::ROLES_WRITE),
        )
        .operation(
            operation!(roles::get_role)
                .permission(&permissions::ROLES_READ)
                .shows_deleted(&permissions::ROLES_WRITE),
        )
        .operation(operation!(roles::patch_role).permission(&permissions::ROLES_WRITE))
        .operation(operation!(roles::delete_role).permission(&permissions::ROLES_WRITE))
        .operation(operation!(roles::restore_role).permission(&permissions::ROLES_WRITE))
        .operation(operation!(authorization::show_permissions).permission(&permissions::ROLES_READ))
        .operation(operation!(authorization::explain).permission(&permissions::MEMBERS_READ))
        .tag("Teams", "Members in teams, and teams below teams, which hand roles down")
        .operation(operation!(teams::create_team).permission(&permissions::TEAMS_WRITE))
        .operation(
            operation!(teams::list_teams)
                .permission(&permissions::TEAMS_READ)
                .shows_deleted(&permissions::TEAMS_WRITE),
        )
        .operation(
            operation!(teams::get_team)
                .permission(&permissions::TEAMS_READ)
                .shows_deleted(&permissions::TEAMS_WRITE),
        )
        .operation(operation!(teams::patch_team).permission(&permissions::TEAMS_WRITE))
        .operation(operation!(teams::delete_team).permission(&permissions::TEAMS_WRITE))
        .operation(operation!(teams::restore_team).permission(&permissions::TEAMS_WRITE))
        .operation(operation!(teams::add_team_member).permission(&permissions::TEAMS_WRITE))
        .operation(operation!(teams::list_team_members).permission(&permissions::TEAMS_READ))
        .operation(operation!(teams::remove_team_member).permission(&permissions::TEAMS_WRITE))
        .tag("Tenant", "The caller's tenant")
        .operation(operation!(tenant::get_tenant).permission(&permissions::TENANT_READ))
        .operation(operation!(tenant::patch_tenant).permission(&permissions::TENANT_WRITE))
        .operation(operation!(policy::get_policy).permission(&permissions::POLICY_READ))
        .operation(operation!(policy::patch_policy).permission(&permissions::POLICY_WRITE))
        .operation(operation!(policy::dry_run_policy).permission(&permissions::POLICY_WRITE))
        .tag("Support access", "Letting operators of the installation look at the tenant")
        .operation(operation!(support_grants::create_support_grant).permission(&permissions::SUPPORT_WRITE))
        .operation(operation!(support_grants::list_support_grants).permission(&permissions::SUPPORT_READ))
        .operation(operation!(support_grants::get_support_grant).permission(&permissions::SUPPORT_READ))
        .operation(operation!(support_grants::revoke_support_grant).permission(&permissions::SUPPORT_WRITE))
        .tag("Audit", "Who did what")
        .operation(operation!(audit_entries::list_audit_entries).permission(&permissions::AUDIT_READ))
}

/// A role as it is named in a body or a query: one of those that every tenant has, or one of the tenant's own.
pub struct RoleChoice {
    pub role: Option<MemberRole>,
    pub role_id: Option<RoleId>,
}

impl RoleChoice {
    pub fn chosen(self, faults: &mut Faults) -> Option<RoleRef> {
        match (self.role, self.role_id) {
            (Some(_), Some(_)) => {
                faults.add("/role_id", "ambiguous", "must not stand beside role");
                None
            }
            (Some(role), None) => Some(role.into()),
            (None, Some(id)) => Some(RoleRef::Custom(id)),
            (None, None) => None,
        }
    }
}

/// What a member, an invitation, a team or an API key has.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeldRole {
    Viewer,
    Member,
    Admin,
    Owner,
    /// That of `role_id`, or what the `scopes` of a key say.
    Custom,
}

impl HeldRole {
    pub fn of(role: RoleRef) -> Self {
        match role {
            RoleRef::Builtin(BuiltinRole::Viewer) => Self::Viewer,
            RoleRef::Builtin(BuiltinRole::Member) => Self::Member,
            RoleRef::Builtin(BuiltinRole::Admin) => Self::Admin,
            RoleRef::Builtin(BuiltinRole::Owner) => Self::Owner,
            RoleRef::Custom(_) => Self::Custom,
        }
    }
}

/// The roles every tenant has; each may do all that the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberRole {
    Viewer,
    Member,
    Admin,
    Owner,
}

impl From<BuiltinRole> for MemberRole {
    fn from(role: BuiltinRole) -> Self {
        match role {
            BuiltinRole::Viewer => Self::Viewer,
            BuiltinRole::Member => Self::Member,
            BuiltinRole::Admin => Self::Admin,
            BuiltinRole::Owner => Self::Owner,
        }
    }
}

impl From<MemberRole> for RoleRef {
    fn from(role: MemberRole) -> Self {
        Self::Builtin(role.into())
    }
}

impl From<MemberRole> for BuiltinRole {
    fn from(role: MemberRole) -> Self {
        match role {
            MemberRole::Viewer => Self::Viewer,
            MemberRole::Member => Self::Member,
            MemberRole::Admin => Self::Admin,
            MemberRole::Owner => Self::Owner,
        }
    }
}
