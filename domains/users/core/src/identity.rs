//! The identity provider the app hands to `web` and `jobs`.

use crate::app::App;
use crate::service::sessions::{authenticate, resume_actor};
use async_trait::async_trait;
use kernel::ctx::{IdentityProvider, Principal};
use kernel::{Actor, Problem, TenantId, Visitor};

pub struct Identity {
    app: App,
}

impl Identity {
    pub fn new(app: App) -> Self {
        Self { app }
    }
}

#[async_trait]
impl IdentityProvider for Identity {
    async fn authenticate(&self, visitor: &Visitor, bearer: &str) -> Result<Option<Principal>, Problem> {
        Ok(authenticate::authenticate(&self.app, visitor, bearer).await?)
    }

    async fn resume(
        &self,
        visitor: &Visitor,
        tenant: TenantId,
        actor: &Actor,
    ) -> Result<Option<Principal>, Problem> {
        Ok(resume_actor::resume_actor(&self.app, visitor, tenant, actor).await?)
    }
}
