//! The published trait, answered by the use cases.

use crate::App;
use crate::domain::count::Count;
use crate::error::Error;
use crate::service::counting::decide_hold::{Decision, decide_hold};
use crate::service::counting::put_hold_rule::put_hold_rule;
use crate::service::counting::remove_hold_rule::remove_hold_rule;
use crate::store::count_hold::HoldRef;
use async_trait::async_trait;
use inventory_contract::{
    CountState, HoldRule, Inventory, InventoryError, PutHoldRule, RejectHold, ReleaseHold, RemoveHoldRule,
};
use kernel::Ctx;
use kernel::contract::Cause;

pub struct LocalInventory {
    app: App,
}

impl LocalInventory {
    pub fn new(app: App) -> Self {
        Self { app }
    }
}

#[async_trait]
impl Inventory for LocalInventory {
    async fn put_hold_rule(&self, ctx: &Ctx, request: PutHoldRule) -> Result<HoldRule, InventoryError> {
        let PutHoldRule { rule, name, over } = request;
        let put = put_hold_rule(&self.app, ctx, rule, &name, over).await?;
        Ok(HoldRule { rule: put.id, name: put.name, over: put.over })
    }

    async fn remove_hold_rule(&self, ctx: &Ctx, request: RemoveHoldRule) -> Result<(), InventoryError> {
        Ok(remove_hold_rule(&self.app, ctx, request.rule).await?)
    }

    async fn release_hold(&self, ctx: &Ctx, request: ReleaseHold) -> Result<CountState, InventoryError> {
        let ReleaseHold { count, rule, hold, decided_by } = request;
        let hold = HoldRef { count, rule, hold };
        Ok(state(&decide_hold(&self.app, ctx, hold, decided_by, Decision::Release).await?))
    }

    async fn reject_hold(&self, ctx: &Ctx, request: RejectHold) -> Result<CountState, InventoryError> {
        let RejectHold { count, rule, hold, decided_by, reason } = request;
        let hold = HoldRef { count, rule, hold };
        Ok(state(&decide_hold(&self.app, ctx, hold, decided_by, Decision::Reject { reason }).await?))
    }
}

fn state(count: &Count) -> CountState {
    CountState { count: count.id, status: count.status }
}

impl From<Error> for InventoryError {
    fn from(error: Error) -> Self {
        match error {
            Error::ItemNotFound => Self::ItemNotFound,
            Error::CountNotFound => Self::CountNotFound,
            Error::CountNotHeld => Self::NotHeld,
            Error::Other(problem) if problem.kind.status == 422 => {
                Self::Invalid { detail: problem.detail.into_owned() }
            }
            error => Self::Unavailable(Cause::new(error)),
        }
    }
}
