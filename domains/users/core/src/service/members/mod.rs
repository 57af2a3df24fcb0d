//! Who belongs to a tenant: invitations, membership, managers.

pub mod accept_invitation;
pub mod accept_own_invitation;
pub mod change_member;
pub mod find_member;
pub mod invitation;
pub mod invitation_bounds;
pub mod invite;
pub mod list_members;
pub mod member;
pub mod move_member;
pub mod resend_invitation;
pub mod resolve_members;
pub mod revoke_invitation;
pub mod show_invitations;
pub mod take_place;
