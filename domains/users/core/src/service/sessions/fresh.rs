//! What cannot be undone, or opens the door to others, takes a person who has proved just now who they are: an open session
//! that somebody found does not do. Keys and jobs are not asked, since they cannot prove anything anew; so a key gives nobody
//! more than a member may do. An operator who acts through a member has proved nothing of the member's.

use crate::app::App;
use crate::error::Error;
use kernel::ctx::Strength;
use kernel::permission::{BuiltinRole, PermissionSet};
use kernel::{Actor, Ctx};

pub fn require(app: &App, ctx: &Ctx) -> Result<(), Error> {
    let credential = &ctx.principal().credential;
    let is_session = matches!(ctx.actor(), Actor::User { .. }) && credential.strength != Strength::Internal;
    let is_own = ctx.principal().impersonator.is_none();
    let is_fresh = is_own && ctx.now() < credential.authenticated_at + app.settings.fresh_for();
    if is_fresh || !is_session { Ok(()) } else { Err(Error::FreshCredentialNeeded) }
}

/// Where somebody is given this: what a member may do is given without it, more is not. More is given by a person alone: a key
/// ends, and whom it had made more would not.
pub fn require_to_grant(app: &App, ctx: &Ctx, permissions: &PermissionSet) -> Result<(), Error> {
    if is_of_members(app, permissions) {
        return Ok(());
    }
    let Actor::User { .. } = ctx.actor() else { return Err(Error::SessionRequired) };
    require(app, ctx)
}

/// Where this is taken from somebody.
pub fn require_to_take(app: &App, ctx: &Ctx, permissions: &PermissionSet) -> Result<(), Error> {
    if is_of_members(app, permissions) { Ok(()) } else { require(app, ctx) }
}

/// Whether a member may do all of this.
pub fn is_of_members(app: &App, permissions: &PermissionSet) -> bool {
    app.permissions.of_role(BuiltinRole::Member).covers(permissions)
}
