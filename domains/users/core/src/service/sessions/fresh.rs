//! What cannot be undone, or opens the door to others, takes a person who has proved just now who they are: an open session
//! that somebody found does not do. Keys and jobs are not asked, since they cannot prove anything anew. An operator who acts
//! through a member has proved nothing of the member's.

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

/// Where somebody is given this: what a member may do is given without it, more is not.
pub fn require_to_grant(app: &App, ctx: &Ctx, permissions: &PermissionSet) -> Result<(), Error> {
    if app.permissions.of_role(BuiltinRole::Member).covers(permissions) {
        return Ok(());
    }
    require(app, ctx)
}
