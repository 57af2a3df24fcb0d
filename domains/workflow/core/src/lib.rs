//! Approvals: which invoices and stock counts need whose consent, the tasks that ask for it, and the decisions. What an
//! approval does is billing's and inventory's affair: this domain puts hold rules there and releases or rejects what they
//! hold. Nothing here reads an invoice or a count, and nothing polls.

mod domain;
mod error;
mod http;
mod jobs;
mod permissions;
mod service;
mod store;
mod subscribers;
mod tables;

use billing_contract::Billing;
use inventory_contract::Inventory;
use module::{ArchiveOffer, Module, Platform};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use users_contract::Users;

pub use permissions::PERMISSIONS;
pub use tables::TABLES;

/// Nothing can be set yet.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {}

pub struct Deps {
    pub platform: Platform,
    pub users: Arc<dyn Users>,
    pub billing: Arc<dyn Billing>,
    pub inventory: Arc<dyn Inventory>,
}

pub fn module(_settings: Settings, deps: Deps) -> Module {
    let Deps { platform, users, billing, inventory } = deps;
    let databases = platform.databases;
    let app = service::App { databases: databases.clone(), users, billing, inventory };
    let mut handlers = self::jobs::handlers(&app);
    handlers.extend(subscribers::handlers(&app));
    let archive = Some(ArchiveOffer::new(databases.clone(), tables::TABLES));
    Module { handlers, archive, ..Module::new("workflow", databases, http::api(app), PERMISSIONS) }
}
