//! The inventory domain: items, an append-only ledger of their movements, and reservations that never promise what
//! is not there. Everything is private behind [`module`]; others know `inventory-contract`.

mod books;
mod contract;
mod domain;
mod error;
mod http;
mod import_target;
mod jobs;
mod permissions;
mod report_source;
mod service;
mod store;
mod tables;

pub use permissions::PERMISSIONS;
pub use service::ledger::verify_balances::verify_balances;
pub use service::valuation::verify_values::verify_values;
pub use store::drift::{BinDrift, Drift, ItemDrift, WarehouseDrift};
pub use store::value_drift::{EntryDrift, ItemValueDrift, LayerDrift, ValueDrift};
pub use tables::TABLES;

use contract::LocalInventory;
use data::Databases;
use inventory_contract::{Inventory, InventoryServer};
use module::{ArchiveOffer, Contract, Module, Platform};
use serde::Deserialize;
use std::sync::Arc;

/// Inventory has nothing to set yet.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {}

/// Nothing in inventory asks another domain yet.
pub struct Deps {
    pub platform: Platform,
}

/// What every use case works with.
#[derive(Clone)]
pub(crate) struct App {
    pub databases: Databases,
}

pub fn module(_settings: Settings, deps: Deps) -> Module {
    let databases = deps.platform.databases;
    let app = App { databases: databases.clone() };
    let inventory: Arc<dyn Inventory> = Arc::new(LocalInventory::new(app.clone()));
    let archive = ArchiveOffer::new(databases.clone(), tables::TABLES);
    let mut module = Module::new("inventory", databases, http::api(app.clone()), PERMISSIONS);
    module.contract =
        Some(Contract::new::<dyn Inventory>(inventory.clone(), Arc::new(InventoryServer::new(inventory))));
    module.handlers = jobs::handlers(&app);
    module.books = Some(Arc::new(books::Books { app: app.clone() }));
    module.archive = Some(archive);
    module.reports = report_source::offers(&app);
    module.imports = import_target::offers(&app);
    module
}
