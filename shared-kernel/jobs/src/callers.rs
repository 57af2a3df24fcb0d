//! Whom a job acts for, as they are when it begins and between its steps: what they may no longer do, their job does not do
//! for them.

use kernel::ctx::{EntitlementProvider, IdentityProvider, Principal};
use kernel::id::PLATFORM;
use kernel::{Actor, Ctx, Problem, TenantId, Visitor};
use std::sync::Arc;

/// As a job of the domain's own that acts as nobody: for commands of operators that go through a tenant's rows.
pub fn as_system(visitor: &Visitor, tenant: TenantId, domain: &str) -> Ctx {
    Ctx::build(visitor.clone(), Principal::system(tenant, domain, visitor.now()))
}

pub(crate) struct Callers {
    pub identity: Arc<dyn IdentityProvider>,
    pub entitlements: Option<Arc<dyn EntitlementProvider>>,
}

impl Callers {
    /// `None` when they may no longer act in the tenant.
    pub async fn now(
        &self,
        visitor: &Visitor,
        tenant: TenantId,
        actor: &Actor,
    ) -> Result<Option<Principal>, Problem> {
        if let Actor::System { domain } = actor {
            return Ok(Some(Principal::system(tenant, domain, visitor.now())));
        }
        let Some(mut principal) = self.identity.resume(visitor, tenant, actor).await? else {
            return Ok(None);
        };
        // Who operates the installation is on no plan.
        if let Some(entitlements) = &self.entitlements
            && tenant != PLATFORM
        {
            principal.entitlements = entitlements.entitlements(visitor, tenant).await?;
        }
        Ok(Some(principal))
    }
}
