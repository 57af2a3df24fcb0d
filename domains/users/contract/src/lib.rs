//! What others may know of users: who the members of the caller's tenant are, and the facts that mail needs.
//! Nobody asks it on each request; who the caller is stands in the `Ctx`.

use chrono::{DateTime, Utc};
use kernel::contract::Cause;
use kernel::permission::BuiltinRole;
use kernel::{Ctx, UserId};
use macros::{DomainEvent, RemoteError, contract};
use serde::{Deserialize, Serialize};

kernel::typed_id!(RoleId, RoleKind, "role");
kernel::typed_id!(TeamId, TeamKind, "team");

/// At most so many are answered at once.
pub const MAX_MEMBERS: u16 = 100;

/// The members of the caller's tenant. Other tenants' people are not found.
#[contract]
pub trait Users {
    async fn resolve_member(&self, ctx: &Ctx, request: ResolveMember) -> Result<Member, UsersError>;

    /// Only active ones. Of a role, team or member that the tenant does not have there are none.
    async fn resolve_members(&self, ctx: &Ctx, request: ResolveMembers) -> Result<Members, UsersError>;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolveMember {
    pub user: UserId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub user: UserId,
    pub email: String,
    pub display_name: String,
    pub role: BuiltinRole,
    /// Only an active member may do anything in the tenant.
    pub active: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolveMembers {
    pub of: MembersOf,
    /// Those after this one, in the order of their ids; without it, from the first on.
    pub after: Option<UserId>,
    /// From 1 to [`MAX_MEMBERS`]; what is outside is taken for the nearer of them.
    pub limit: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MembersOf {
    /// Who has this very role, of their own or by a team; a wider one does not stand for it.
    Role(BuiltinRole),
    /// The same of a role of the tenant's own.
    CustomRole(RoleId),
    /// Who is in this team or in one below it.
    Team(TeamId),
    /// Who reports to this member, not those who report to them in turn.
    ReportsOf(UserId),
    /// To whom this member reports: one, or nobody.
    ManagerOf(UserId),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    /// In the order of their ids.
    pub members: Vec<Member>,
    /// What to ask for as `after`, where more follow.
    pub next: Option<UserId>,
}

#[derive(Debug, thiserror::Error, Serialize, Deserialize, RemoteError)]
pub enum UsersError {
    #[error("the tenant has no such member")]
    MemberNotFound,
    #[error("users does not answer")]
    Unavailable(Cause),
    #[error("the deadline has passed")]
    DeadlineExceeded,
}

/// Somebody signed up and must prove that the address is theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "users.email_verification_requested", version = 1, aggregate = user)]
pub struct EmailVerificationRequested {
    pub user: UserId,
    pub email: String,
    pub display_name: String,
    /// A `secrets::Sealed<String>` in its serialised form, of the purpose [`VERIFICATION_SEAL`]: the token of the
    /// link, which the message table must not show.
    pub sealed_token: String,
    pub expires_at: DateTime<Utc>,
}

pub const VERIFICATION_SEAL: &str = "users.verification";

/// The path of the page the link leads to, below the public URL; the token is its query parameter `token`.
pub const VERIFICATION_PATH: &str = "/verify-email";

/// Somebody signed up with an address that has an account already: its owner is told by mail, and nobody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "users.sign_up_for_known_address", version = 1, aggregate = email)]
pub struct SignUpForKnownAddress {
    pub email: String,
    pub display_name: String,
}

/// Somebody asked for a link to choose a new password, and the address has an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "users.password_reset_requested", version = 1, aggregate = email)]
pub struct PasswordResetRequested {
    pub email: String,
    pub display_name: String,
    /// A `secrets::Sealed<String>` in its serialised form, of the purpose [`PASSWORD_RESET_SEAL`]: the token of the link.
    pub sealed_token: String,
    pub expires_at: DateTime<Utc>,
}

pub const PASSWORD_RESET_SEAL: &str = "users.password_reset";

/// The path of the page the link leads to, as for [`VERIFICATION_PATH`].
pub const PASSWORD_RESET_PATH: &str = "/reset-password";

/// Somebody asked to move to another address: the one they have is asked whether that is so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "users.email_change_approval_requested", version = 1, aggregate = email)]
pub struct EmailChangeApprovalRequested {
    /// The one they have.
    pub email: String,
    pub new_email: String,
    pub display_name: String,
    /// A `secrets::Sealed<String>` in its serialised form, of the purpose [`EMAIL_APPROVAL_SEAL`]: the token of the link.
    pub sealed_token: String,
    pub expires_at: DateTime<Utc>,
}

pub const EMAIL_APPROVAL_SEAL: &str = "users.email_approval";

/// Somebody asked to move to this address, and must prove that it is theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "users.email_change_confirmation_requested", version = 1, aggregate = email)]
pub struct EmailChangeConfirmationRequested {
    /// The one they want.
    pub email: String,
    /// As that of the approval, of the purpose [`EMAIL_CONFIRMATION_SEAL`]. None where the address has an account already:
    /// its owner is told, and nobody else, so all that others see of the mail must be the same.
    pub sealed_token: Option<String>,
    pub expires_at: DateTime<Utc>,
}

pub const EMAIL_CONFIRMATION_SEAL: &str = "users.email_confirmation";

/// The path of the page both links lead to, as for [`VERIFICATION_PATH`].
pub const EMAIL_CHANGE_PATH: &str = "/confirm-address";

/// An account has another address. It is told at both, once each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "users.email_changed", version = 1, aggregate = email)]
pub struct EmailChanged {
    /// Who is told: the former address or the new one.
    pub email: String,
    pub new_email: String,
    pub display_name: String,
    pub happened_at: DateTime<Utc>,
}

/// The password of an account was changed, reset or taken away: its owner is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "users.password_changed", version = 1, aggregate = email)]
pub struct PasswordChanged {
    pub email: String,
    pub display_name: String,
    pub happened_at: DateTime<Utc>,
}

/// A passkey was registered for an account, and signs in to it from now on: its owner is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "users.passkey_registered", version = 1, aggregate = email)]
pub struct PasskeyRegistered {
    pub email: String,
    pub display_name: String,
    pub happened_at: DateTime<Utc>,
}

/// Somebody signed in from a device that this account has not used before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "users.new_device_signed_in", version = 1, aggregate = email)]
pub struct NewDeviceSignedIn {
    pub email: String,
    pub display_name: String,
    pub device: Option<String>,
    pub client_address: Option<String>,
    pub happened_at: DateTime<Utc>,
}

/// A stream of the tenant's audit log paused itself: its collector does not take it. One event for each who is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "users.audit_stream_paused", version = 1, aggregate = email)]
pub struct AuditStreamPaused {
    /// Of whoever made it, or of an owner where they are no longer there.
    pub email: String,
    pub display_name: String,
    /// The host alone: what follows it may hold a password.
    pub collector: String,
    /// The collector said that it is there no more; else it took nothing for days.
    pub gone: bool,
    pub happened_at: DateTime<Utc>,
}

/// An owner came in past the provider by which the tenant has its members sign in. One event for each owner, who is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "users.provider_bypassed", version = 1, aggregate = email)]
pub struct ProviderBypassed {
    /// Of whoever is told.
    pub email: String,
    pub display_name: String,
    pub tenant_name: String,
    /// Who came in.
    pub owner_email: String,
    pub client_address: Option<String>,
    pub happened_at: DateTime<Utc>,
}

/// A tenant that its owner closed is erased. It is published in the tenant that is none, since the other is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "users.tenant_erased", version = 1, aggregate = email)]
pub struct TenantErased {
    /// Of whoever closed it.
    pub email: String,
    pub tenant_name: String,
    /// A JWS in its compact form.
    pub certificate: String,
    pub happened_at: DateTime<Utc>,
}

/// Somebody is erased, and told of it at the address that was theirs. It is published in the tenant that is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "users.person_erased", version = 1, aggregate = user)]
pub struct PersonErased {
    /// Who they were; it is nobody's id any more.
    pub user: UserId,
    /// A `secrets::Sealed<String>` in its serialised form, of the purpose [`ERASED_PERSON_SEAL`].
    pub sealed_email: String,
    /// A JWS in its compact form.
    pub certificate: String,
    pub happened_at: DateTime<Utc>,
}

pub const ERASED_PERSON_SEAL: &str = "users.erased_person";

/// Somebody is asked into a tenant. The address may have no account yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "users.invitation_sent", version = 1, aggregate = email)]
pub struct InvitationSent {
    pub email: String,
    pub tenant_name: String,
    pub inviter_name: String,
    /// A `secrets::Sealed<String>` in its serialised form, of the purpose [`INVITATION_SEAL`]: the token of the link.
    pub sealed_token: String,
    pub expires_at: DateTime<Utc>,
}

pub const INVITATION_SEAL: &str = "users.invitation";

/// The path of the page the link leads to, as for [`VERIFICATION_PATH`].
pub const INVITATION_PATH: &str = "/accept-invitation";
