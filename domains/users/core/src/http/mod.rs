//! The HTTP surface of users: operations under `/api/v1/users`, and the page a verification link leads to.

mod api_keys;
mod audit_entries;
mod members;
mod sessions;
mod sign_up;
mod tenant;
mod verify_page;

pub use verify_page::pages;

use crate::app::App;
use crate::error::Error;
use crate::permissions;
use kernel::permission::BuiltinRole;
use kernel::problem::Problems;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, operation};

pub fn api(app: App) -> Api {
    Api::new("users", app.databases.clone(), &[Error::KINDS])
        .state(app)
        .tag("Sign-up", "A tenant, its owner, and the proof of their address")
        .operation(operation!(sign_up::sign_up).public("nobody has a credential before they have signed up"))
        .operation(operation!(sign_up::verify_email).public("the link's token is the credential"))
        .tag("Sessions", "Signing in and out")
        .operation(operation!(sessions::sign_in).public("address and password are the credential"))
        .operation(operation!(sessions::refresh_session).public("the refresh token is the credential"))
        .operation(operation!(sessions::sign_out).permission(&permissions::SESSIONS_END))
        .operation(operation!(sessions::show_me).permission(&permissions::PROFILE_READ))
        .tag("API keys", "Credentials for programs")
        .operation(operation!(api_keys::create_api_key).permission(&permissions::API_KEYS_WRITE))
        .operation(operation!(api_keys::list_api_keys).permission(&permissions::API_KEYS_READ))
        .operation(operation!(api_keys::get_api_key).permission(&permissions::API_KEYS_READ))
        .operation(operation!(api_keys::revoke_api_key).permission(&permissions::API_KEYS_WRITE))
        .tag("Members", "Who belongs to the tenant")
        .operation(operation!(members::list_members).permission(&permissions::MEMBERS_READ))
        .tag("Tenant", "The caller's tenant")
        .operation(operation!(tenant::get_tenant).permission(&permissions::TENANT_READ))
        .operation(operation!(tenant::patch_tenant).permission(&permissions::TENANT_WRITE))
        .tag("Audit", "Who did what")
        .operation(operation!(audit_entries::list_audit_entries).permission(&permissions::AUDIT_READ))
}

/// The roles every tenant has; each may do all that the ones before it may.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
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
