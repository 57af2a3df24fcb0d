//! The HTTP surface of users: operations under `/api/v1/users`, and the pages that links in mail lead to.

mod api_keys;
mod audit_entries;
mod audit_exports;
mod audit_log;
mod audit_streams;
mod authorization;
mod email_changes;
mod invitations;
mod jwks;
mod leaving;
mod member_identities;
mod members;
mod oauth;
mod oauth_clients;
mod oauth_grants;
mod oidc_connections;
mod pages;
mod passkeys;
mod passwords;
pub mod platform;
mod policy;
mod roles;
mod scim;
mod second_factors;
mod sessions;
mod sign_up;
mod sso;
mod support_grants;
mod teams;
mod tenant;
mod verified_domains;

pub use pages::pages;

use crate::app::App;
use crate::domain::scim::Refusal;
use crate::domain::{RoleId, RoleRef};
use crate::error::{AuditError, Error};
use crate::permissions;
use kernel::Faults;
use kernel::permission::BuiltinRole;
use kernel::problem::Problems;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;
use web::{Api, operation};

/// What a device says of a passkey, with the certificates of its maker.
const MAX_CREDENTIAL_BYTES: usize = 65_536;
/// A large file over a slow line.
const AUDIT_DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(1_800);

pub fn api(app: App) -> Api {
    Api::new("users", app.databases.clone(), &[Error::KINDS, AuditError::KINDS, Refusal::KINDS])
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
        .tag("Sign-in by a provider", "Members sign in with the tenant's own provider (OpenID Connect)")
        .operation(
            operation!(sso::discover_sso)
                .public("whoever is about to sign in has no credential, and no person is told of"),
        )
        .operation(
            operation!(sso::exchange_sso)
                .public("the code and the secret of who has begun are the credential"),
        )
        .operation(operation!(oidc_connections::create_oidc_connection).permission(&permissions::SSO_WRITE))
        .operation(operation!(oidc_connections::list_oidc_connections).permission(&permissions::SSO_READ))
        .operation(operation!(oidc_connections::get_oidc_connection).permission(&permissions::SSO_READ))
        .operation(operation!(oidc_connections::patch_oidc_connection).permission(&permissions::SSO_WRITE))
        .operation(operation!(oidc_connections::delete_oidc_connection).permission(&permissions::SSO_WRITE))
        .operation(operation!(member_identities::show_member_identities).permission(&permissions::SSO_READ))
        .operation(operation!(member_identities::unlink_member_identity).permission(&permissions::SSO_WRITE))
        .operation(operation!(verified_domains::add_domain).permission(&permissions::SSO_WRITE))
        .operation(operation!(verified_domains::list_domains).permission(&permissions::SSO_READ))
        .operation(operation!(verified_domains::get_domain).permission(&permissions::SSO_READ))
        .operation(operation!(verified_domains::verify_domain).permission(&permissions::SSO_WRITE))
        .operation(operation!(verified_domains::remove_domain).permission(&permissions::SSO_WRITE))
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
        .tag("OAuth clients", "Programs of others, and whom they may act for")
        .operation(
            operation!(oauth_clients::create_oauth_client).permission(&permissions::OAUTH_CLIENTS_WRITE),
        )
        .operation(
            operation!(oauth_clients::list_oauth_clients)
                .permission(&permissions::OAUTH_CLIENTS_READ)
                .shows_deleted(&permissions::OAUTH_CLIENTS_WRITE),
        )
        .operation(
            operation!(oauth_clients::get_oauth_client)
                .permission(&permissions::OAUTH_CLIENTS_READ)
                .shows_deleted(&permissions::OAUTH_CLIENTS_WRITE),
        )
        .operation(
            operation!(oauth_clients::patch_oauth_client).permission(&permissions::OAUTH_CLIENTS_WRITE),
        )
        .operation(
            operation!(oauth_clients::rotate_oauth_client).permission(&permissions::OAUTH_CLIENTS_WRITE),
        )
        .operation(
            operation!(oauth_clients::delete_oauth_client).permission(&permissions::OAUTH_CLIENTS_WRITE),
        )
        .operation(
            operation!(oauth_clients::restore_oauth_client).permission(&permissions::OAUTH_CLIENTS_WRITE),
        )
        .operation(operation!(oauth_grants::list_oauth_grants).permission(&permissions::PROFILE_READ))
        .operation(operation!(oauth_grants::get_oauth_grant).permission(&permissions::PROFILE_READ))
        .operation(operation!(oauth_grants::revoke_oauth_grant).permission(&permissions::SESSIONS_END))
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
        .tag("Leaving", "Taking along what there is, and closing the tenant")
        .operation(operation!(leaving::create_tenant_export).permission(&permissions::TENANT_EXPORT))
        .operation(operation!(leaving::get_tenant_export).permission(&permissions::TENANT_EXPORT))
        .operation(operation!(leaving::download_tenant_export).permission(&permissions::TENANT_EXPORT))
        .operation(operation!(leaving::create_own_export).permission(&permissions::SESSIONS_END))
        .operation(operation!(leaving::get_own_export).permission(&permissions::SESSIONS_END))
        .operation(operation!(leaving::download_own_export).permission(&permissions::SESSIONS_END))
        .operation(operation!(leaving::erase_me).permission(&permissions::SESSIONS_END))
        .operation(operation!(leaving::close_tenant).permission(&permissions::TENANT_CLOSE))
        .operation(
            operation!(leaving::show_personal_data)
                .public("what is kept of people, and why, is for everybody to know"),
        )
        .tag("Support access", "Letting operators of the installation look at the tenant")
        .operation(operation!(support_grants::create_support_grant).permission(&permissions::SUPPORT_WRITE))
        .operation(operation!(support_grants::list_support_grants).permission(&permissions::SUPPORT_READ))
        .operation(operation!(support_grants::get_support_grant).permission(&permissions::SUPPORT_READ))
        .operation(operation!(support_grants::revoke_support_grant).permission(&permissions::SUPPORT_WRITE))
        .tag("Audit", "Who did what")
        .operation(operation!(audit_entries::list_audit_entries).permission(&permissions::AUDIT_READ))
        .operation(operation!(audit_entries::get_audit_entry).permission(&permissions::AUDIT_READ))
        .operation(operation!(audit_log::show_audit_checkpoint).permission(&permissions::AUDIT_READ))
        .operation(operation!(audit_log::prove_inclusion).permission(&permissions::AUDIT_READ))
        .operation(operation!(audit_log::prove_consistency).permission(&permissions::AUDIT_READ))
        .operation(operation!(audit_exports::create_audit_export).permission(&permissions::AUDIT_READ))
        .operation(operation!(audit_exports::list_audit_exports).permission(&permissions::AUDIT_READ))
        .operation(operation!(audit_exports::get_audit_export).permission(&permissions::AUDIT_READ))
        .operation(
            operation!(audit_exports::download_audit_export)
                .permission(&permissions::AUDIT_READ)
                .timeout(AUDIT_DOWNLOAD_TIMEOUT),
        )
        .tag("Audit streams", "The audit log, sent to collectors of the tenant's own")
        .operation(
            operation!(audit_streams::create_audit_stream).permission(&permissions::AUDIT_STREAMS_WRITE),
        )
        .operation(operation!(audit_streams::list_audit_streams).permission(&permissions::AUDIT_STREAMS_READ))
        .operation(operation!(audit_streams::get_audit_stream).permission(&permissions::AUDIT_STREAMS_READ))
        .operation(
            operation!(audit_streams::show_audit_stream_progress)
                .permission(&permissions::AUDIT_STREAMS_READ),
        )
        .operation(
            operation!(audit_streams::patch_audit_stream).permission(&permissions::AUDIT_STREAMS_WRITE),
        )
        .operation(
            operation!(audit_streams::rotate_audit_stream).permission(&permissions::AUDIT_STREAMS_WRITE),
        )
        .operation(
            operation!(audit_streams::pause_audit_stream).permission(&permissions::AUDIT_STREAMS_WRITE),
        )
        .operation(
            operation!(audit_streams::resume_audit_stream).permission(&permissions::AUDIT_STREAMS_WRITE),
        )
        .operation(operation!(audit_streams::test_audit_stream).permission(&permissions::AUDIT_STREAMS_WRITE))
        .operation(
            operation!(audit_streams::delete_audit_stream).permission(&permissions::AUDIT_STREAMS_WRITE),
        )
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
