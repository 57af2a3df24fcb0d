//! The published contract, by calling the use cases.

use crate::domain::invoice::Invoice;
use crate::service::App;
use crate::service::decide_hold::{Decision, decide_hold};
use crate::service::put_hold_rule::put_hold_rule;
use crate::service::remove_hold_rule::remove_hold_rule;
use crate::store::invoice_holds::HoldRef;
use async_trait::async_trait;
use billing_contract::{
    Billing, BillingError, HoldRule, InvoiceState, PutHoldRule, RejectHold, ReleaseHold, RemoveHoldRule,
};
use kernel::Ctx;

pub struct LocalBilling {
    pub app: App,
}

#[async_trait]
impl Billing for LocalBilling {
    async fn put_hold_rule(&self, ctx: &Ctx, request: PutHoldRule) -> Result<HoldRule, BillingError> {
        let PutHoldRule { rule, name, total_over } = request;
        let put = put_hold_rule(&self.app, ctx, rule, &name, total_over).await?;
        Ok(HoldRule { rule: put.id, name: put.name, total_over: put.total_over })
    }

    async fn remove_hold_rule(&self, ctx: &Ctx, request: RemoveHoldRule) -> Result<(), BillingError> {
        Ok(remove_hold_rule(&self.app, ctx, request.rule).await?)
    }

    async fn release_hold(&self, ctx: &Ctx, request: ReleaseHold) -> Result<InvoiceState, BillingError> {
        let ReleaseHold { invoice, rule, hold, decided_by } = request;
        let hold = HoldRef { invoice, rule, hold };
        Ok(state(decide_hold(&self.app, ctx, hold, decided_by, Decision::Release).await?))
    }

    async fn reject_hold(&self, ctx: &Ctx, request: RejectHold) -> Result<InvoiceState, BillingError> {
        let RejectHold { invoice, rule, hold, decided_by, reason } = request;
        let hold = HoldRef { invoice, rule, hold };
        Ok(state(decide_hold(&self.app, ctx, hold, decided_by, Decision::Reject { reason }).await?))
    }
}

fn state(invoice: Invoice) -> InvoiceState {
    InvoiceState { invoice: invoice.id, status: invoice.status, number: invoice.number }
}
