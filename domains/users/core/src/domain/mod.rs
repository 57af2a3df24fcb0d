//! The rules of users without I/O: what an address, a password, a membership, a role, a team, a policy, a link and a
//! refresh token are.
//! Nothing here is async, knows a table or a status code.

pub mod access_token;
pub mod address_range;
pub mod audit_detail;
pub mod email;
pub mod link;
pub mod membership;
pub mod passkey;
pub mod password;
pub mod policy;
pub mod policy_change;
pub mod recovery_code;
pub mod refresh;
pub mod role;
pub mod support;
pub mod switch;
pub mod team;
pub mod tenant;
pub mod throttle;
pub mod totp;

pub use email::Email;
pub use membership::MembershipState;
pub use password::Password;
pub use policy::Policy;
pub use role::RoleRef;
pub use tenant::TenantState;
pub use users_contract::{RoleId, RoleKind, TeamId, TeamKind};

kernel::typed_id!(MembershipId, MembershipKind, "membership");
kernel::typed_id!(RefreshTokenId, RefreshTokenKind, "refresh_token");
kernel::typed_id!(EmailTokenId, EmailTokenKind, "email_token");
kernel::typed_id!(TeamMemberId, TeamMemberKind, "team_member");
kernel::typed_id!(TotpFactorId, TotpFactorKind, "totp_factor");
kernel::typed_id!(RecoveryCodeId, RecoveryCodeKind, "recovery_code");
kernel::typed_id!(PasswordResetId, PasswordResetKind, "password_reset");
kernel::typed_id!(InvitationId, InvitationKind, "invitation");
kernel::typed_id!(TenantPolicyId, TenantPolicyKind, "tenant_policy");
kernel::typed_id!(SigningKeyId, SigningKeyKind, "signing_key");
kernel::typed_id!(InstallationId, InstallationKind, "installation");
kernel::typed_id!(SwitchId, SwitchKind, "switch");
kernel::typed_id!(TenantSwitchId, TenantSwitchKind, "tenant_switch");
kernel::typed_id!(PasskeyId, PasskeyKind, "passkey");
kernel::typed_id!(CeremonyId, CeremonyKind, "passkey_ceremony");
kernel::typed_id!(SupportGrantId, SupportGrantKind, "support_grant");
kernel::typed_id!(EmailChangeId, EmailChangeKind, "email_change");
kernel::typed_id!(AuditEntryId, AuditEntryKind, "audit_entry");
