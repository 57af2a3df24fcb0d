//! The billing domain: customers, what they are sold, and invoices with gapless numbers that may wait for a
//! decision. Everything is private behind [`module`]; who decides, billing does not know.

mod contract;
mod domain;
mod entitlements;
mod error;
mod http;
mod import_target;
mod permissions;
mod reports;
mod service;
mod store;
mod tables;

pub use tables::TABLES;

use billing_contract::{Billing, BillingServer};
use contract::LocalBilling;
use entitlements::DefaultPlan;
use module::{ArchiveOffer, Contract, Module, Platform};
use service::App;
use std::sync::Arc;

/// Nothing yet.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {}

pub struct Deps {
    pub platform: Platform,
}

pub fn module(_: Settings, deps: Deps) -> Module {
    let databases = deps.platform.databases;
    let app = App::new(databases.clone(), &deps.platform.cache);
    let billing: Arc<dyn Billing> = Arc::new(LocalBilling { app: app.clone() });
    let server = Arc::new(BillingServer::new(Arc::clone(&billing)));
    let archive = ArchiveOffer::new(databases.clone(), tables::TABLES);
    let mut module = Module::new("billing", databases, http::api(app.clone()), permissions::ALL);
    module.contract = Some(Contract::new::<dyn Billing>(billing, server));
    module.entitlements = Some(Arc::new(DefaultPlan::default()));
    module.archive = Some(archive);
    module.imports = import_target::offers(&app);
    module.reports = vec![reports::invoices_of_a_month(app)];
    module
}
