//! The rules of users without I/O: what an address, a password, a membership, a role, a team, a link and a refresh token
//! are.
//! Nothing here is async, knows a table or a status code.

pub mod audit_detail;
pub mod email;
pub mod link;
pub mod membership;
pub mod password;
pub mod recovery_code;
pub mod refresh;
pub mod role;
pub mod team;
pub mod throttle;
pub mod totp;

pub use email::Email;
pub use membership::MembershipState;
pub use password::Password;
pub use role::RoleRef;

kernel::typed_id!(MembershipId, MembershipKind, "membership");
kernel::typed_id!(RefreshTokenId, RefreshTokenKind, "refresh_token");
kernel::typed_id!(EmailTokenId, EmailTokenKind, "email_token");
kernel::typed_id!(RoleId, RoleKind, "role");
kernel::typed_id!(TeamId, TeamKind, "team");
kernel::typed_id!(TeamMemberId, TeamMemberKind, "team_member");
kernel::typed_id!(TotpFactorId, TotpFactorKind, "totp_factor");
kernel::typed_id!(RecoveryCodeId, RecoveryCodeKind, "recovery_code");
kernel::typed_id!(PasswordResetId, PasswordResetKind, "password_reset");
kernel::typed_id!(InvitationId, InvitationKind, "invitation");
kernel::typed_id!(AuditEntryId, AuditEntryKind, "audit_entry");
