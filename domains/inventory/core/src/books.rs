//! The proof of the books, for the command line.

use crate::App;
use crate::service::ledger::verify_balances::verify_balances;
use crate::service::valuation::verify_values::verify_values;
use crate::store::warehouse;
use async_trait::async_trait;
use kernel::{Problem, TenantId, Visitor};
use module::{Verified, VerifyBooks};

pub struct Books {
    pub app: App,
}

#[async_trait]
impl VerifyBooks for Books {
    async fn verify(&self, visitor: &Visitor, tenant: Option<TenantId>) -> Result<Verified, Problem> {
        let mut verified = Verified::default();
        if let Some(tenant) = tenant {
            self.verify_one(visitor, tenant, &mut verified).await?;
            return Ok(verified);
        }
        let mut after = None;
        loop {
            let system = self.app.databases.system_read("inventory verify: which tenants have stock").await?;
            let tenants = warehouse::tenants_after(&system, after).await?;
            drop(system);
            let Some(last) = tenants.last().copied() else { return Ok(verified) };
            for tenant in tenants {
                self.verify_one(visitor, tenant, &mut verified).await?;
            }
            after = Some(last);
        }
    }
}

impl Books {
    async fn verify_one(
        &self,
        visitor: &Visitor,
        tenant: TenantId,
        verified: &mut Verified,
    ) -> Result<(), Problem> {
        let ctx = jobs::as_system(visitor, tenant, "inventory");
        let drifts = verify_balances(&self.app.databases, &ctx).await?;
        let values = verify_values(&self.app.databases, &ctx).await?;
        verified.tenants += 1;
        verified.faults.extend(drifts.iter().map(|drift| format!("tenant {tenant}: {drift}")));
        verified.faults.extend(values.iter().map(|drift| format!("tenant {tenant}: {drift}")));
        Ok(())
    }
}
