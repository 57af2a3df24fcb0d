//! What the use cases ask of users.

use super::App;
use crate::error::Error;
use kernel::{Ctx, UserId};
use users_contract::{Member, ResolveMember, UsersError};

/// `None` for everybody who cannot act in the tenant.
pub async fn active_member(app: &App, ctx: &Ctx, user: UserId) -> Result<Option<Member>, Error> {
    match app.users.resolve_member(ctx, ResolveMember { user }).await {
        Ok(member) => Ok(Some(member).filter(|member| member.active)),
        Err(UsersError::MemberNotFound) => Ok(None),
        Err(error) => Err(Error::of_users(error)),
    }
}
