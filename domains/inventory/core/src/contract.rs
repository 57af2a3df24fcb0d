//! The published trait, answered by the use cases.

use crate::App;
use crate::error::Error;
use crate::service::stock_of::stock_of;
use async_trait::async_trait;
use inventory_contract::{Inventory, InventoryError, Stock, StockOf};
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
    async fn stock_of(&self, ctx: &Ctx, request: StockOf) -> Result<Stock, InventoryError> {
        stock_of(&self.app, ctx, request.item).await.map_err(|error| match error {
            Error::ItemNotFound => InventoryError::ItemNotFound,
            error => InventoryError::Unavailable(Cause::new(error)),
        })
    }
}
