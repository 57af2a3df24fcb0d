//! The rules of users without I/O: what an address, a password, a membership, a link and a refresh token are.
//! Nothing here is async, knows a table or a status code.

pub mod audit_detail;
pub mod email;
pub mod link;
pub mod membership;
pub mod password;
pub mod refresh;

pub use email::Email;
pub use membership::{MembershipState, effective_role};
pub use password::Password;

kernel::typed_id!(MembershipId, MembershipKind, "membership");
kernel::typed_id!(RefreshTokenId, RefreshTokenKind, "refresh_token");
kernel::typed_id!(EmailTokenId, EmailTokenKind, "email_token");
kernel::typed_id!(AuditEntryId, AuditEntryKind, "audit_entry");
