//! What a tenant's plan allows. There is one plan so far, and everybody has it.

use async_trait::async_trait;
use kernel::ctx::{EntitlementProvider, Entitlements};
use kernel::{Problem, TenantId, Visitor};
use std::sync::Arc;

const DEFAULT_PLAN: [(&str, i64); 4] = [("approvals", 1), ("imports", 1), ("invoicing", 1), ("reports", 1)];

/// Made once: it is asked for on every request.
pub struct DefaultPlan(Entitlements);

impl Default for DefaultPlan {
    fn default() -> Self {
        let plan = DEFAULT_PLAN.into_iter().map(|(name, value)| (name.to_owned(), value));
        Self(Entitlements(Arc::new(plan.collect())))
    }
}

#[async_trait]
impl EntitlementProvider for DefaultPlan {
    async fn entitlements(&self, _: &Visitor, _: TenantId) -> Result<Entitlements, Problem> {
        Ok(self.0.clone())
    }
}
