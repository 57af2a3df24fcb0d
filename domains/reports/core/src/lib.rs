//! Runs the reports that other domains offer, each as a job, and keeps what they wrote for download as CSV. It is
//! handed the offers and knows no domain by name.

mod catalogue;
mod domain;
mod error;
mod http;
mod jobs;
mod permissions;
mod service;
mod store;
mod tables;

pub use tables::TABLES;

use catalogue::Catalogue;
use module::{ArchiveOffer, Module, Platform, ReportOffer};
use serde::Deserialize;
use std::sync::Arc;

/// Nothing is to be set yet.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {}

pub struct Deps {
    pub platform: Platform,
    /// Of all domains.
    pub offers: Vec<ReportOffer>,
}

pub fn module(_: Settings, deps: Deps) -> Module {
    let Platform { databases, blobs, .. } = deps.platform;
    let app = App { databases, blobs, catalogue: Arc::new(Catalogue::new(deps.offers)) };
    let mut module =
        Module::new("reports", app.databases.clone(), http::api(app.clone()), permissions::PERMISSIONS);
    let archive = ArchiveOffer::with_files(app.databases.clone(), tables::TABLES, app.blobs.clone());
    module.archive = Some(archive);
    module.handlers = jobs::handlers(&app);
    module
}

/// What the use cases work with.
#[derive(Clone)]
struct App {
    databases: data::Databases,
    blobs: blobs::Blobs,
    catalogue: Arc<Catalogue>,
}
