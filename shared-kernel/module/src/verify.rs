//! How the command line has a domain prove that what it keeps beside its ledgers is their sum. No domain may be named there,
//! so it is a trait here.

use async_trait::async_trait;
use kernel::{Problem, TenantId, Visitor};

#[async_trait]
pub trait VerifyBooks: Send + Sync {
    /// Of one tenant, or of all that have any.
    async fn verify(&self, visitor: &Visitor, tenant: Option<TenantId>) -> Result<Verified, Problem>;
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub tenants: u64,
    /// What is not as it should be, a line each; no more than a few hundred of a tenant.
    pub faults: Vec<String>,
}
