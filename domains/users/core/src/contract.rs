//! The published trait, answered by use cases.

use crate::app::App;
use crate::error::Error;
use crate::service::members::{find_member, resolve_members};
use async_trait::async_trait;
use kernel::Ctx;
use kernel::contract::Cause;
use users_contract::{Member, Members, ResolveMember, ResolveMembers, Users, UsersError};

pub struct Local {
    app: App,
}

impl Local {
    pub fn new(app: App) -> Self {
        Self { app }
    }
}

#[async_trait]
impl Users for Local {
    async fn resolve_member(&self, ctx: &Ctx, request: ResolveMember) -> Result<Member, UsersError> {
        let member = find_member::find_member(&self.app, ctx, request.user).await.map_err(unavailable)?;
        member.ok_or(UsersError::MemberNotFound)
    }

    async fn resolve_members(&self, ctx: &Ctx, request: ResolveMembers) -> Result<Members, UsersError> {
        resolve_members::resolve_members(&self.app, ctx, request).await.map_err(unavailable)
    }
}

fn unavailable(error: Error) -> UsersError {
    UsersError::Unavailable(Cause::new(error))
}
