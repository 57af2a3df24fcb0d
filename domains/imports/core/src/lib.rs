//! Imports: files that people upload, a mapping of their columns, and jobs that carry the rows into targets which
//! other domains hand in, and back. Nothing here knows what a row means; that is the target's.

mod domain;
mod error;
mod http;
mod jobs;
mod permissions;
mod service;
mod store;
mod tables;

use module::{ArchiveOffer, ImportOffer, Module, Platform};
use serde::{Deserialize, Serialize};

pub use permissions::PERMISSIONS;
pub use tables::TABLES;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The largest file that can be uploaded.
    pub upload_limit_bytes: u64,
}

pub struct Deps {
    pub platform: Platform,
    /// Every domain's targets.
    pub offers: Vec<ImportOffer>,
}

pub fn module(settings: Settings, deps: Deps) -> Module {
    let Platform { databases, blobs, .. } = deps.platform;
    let archive = Some(ArchiveOffer::with_files(databases.clone(), tables::TABLES, blobs.clone()));
    let app = service::App::new(databases.clone(), blobs, deps.offers, settings.upload_limit_bytes);
    let handlers = self::jobs::handlers(&app);
    Module { handlers, archive, ..Module::new("imports", databases, http::api(app), PERMISSIONS) }
}
