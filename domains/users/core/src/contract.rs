//! The published trait, answered by use cases.

use crate::app::App;
use crate::error::Error;
use crate::service::find_member;
use async_trait::async_trait;
use kernel::Ctx;
use kernel::contract::Cause;
use users_contract::{Member, ResolveMember, Users, UsersError};

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
}

fn unavailable(error: Error) -> UsersError {
    UsersError::Unavailable(Cause::new(error))
}
