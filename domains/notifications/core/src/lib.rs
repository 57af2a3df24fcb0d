//! Mail to people. Other domains publish what happened; this one decides who is told, writes the mail from a template
//! and sends it in a job: by SMTP where a server is configured, into files otherwise.

mod domain;
mod error;
mod http;
mod jobs;
mod mailer;
mod permissions;
mod service;
mod store;
mod subscribers;
mod tables;

pub use tables::TABLES;

use mailer::Mailer;
use module::{ArchiveOffer, Module, Platform};
use serde::Deserialize;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use users_contract::Users;

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `smtp://user:password@host:587?tls=required`; without it mail goes into the folder.
    pub smtp_url: Option<String>,
    pub folder: PathBuf,
    /// `Insula <no-reply@example.com>`.
    pub from: String,
}

/// Without the URL, which holds a password.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("folder", &self.folder)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

pub struct Deps {
    pub platform: Platform,
    pub users: Arc<dyn Users>,
}

pub fn module(settings: Settings, deps: Deps) -> Module {
    let Platform { databases, secrets, public_url, .. } = deps.platform;
    let mailer = Arc::new(Mailer::new(settings));
    let app = App { databases, secrets, users: deps.users, mailer, public_url: public_url.into() };
    let mut module =
        Module::new("notifications", app.databases.clone(), http::api(app.clone()), permissions::PERMISSIONS);
    module.archive = Some(ArchiveOffer::new(app.databases.clone(), tables::TABLES));
    module.handlers = jobs::handlers(&app);
    module.handlers.extend(subscribers::handlers(&app));
    module
}

/// What the use cases work with.
#[derive(Clone)]
struct App {
    databases: data::Databases,
    secrets: secrets::Secrets,
    users: Arc<dyn Users>,
    mailer: Arc<Mailer>,
    public_url: Arc<str>,
}
