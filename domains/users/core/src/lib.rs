//! The users domain: tenants, the people in them, and what proves who somebody is. Hand it the platform, and it
//! answers with a `Module`; nothing else of it is public.

mod app;
mod contract;
mod domain;
mod error;
mod http;
mod identity;
mod import_target;
mod jobs;
mod operators;
mod permissions;
mod sealed;
mod service;
mod signing;
mod store;
mod subscribers;
mod switches;
mod tables;
mod verification;

pub use app::{Deps, Settings, SignUpPolicy};
pub use permissions::PERMISSIONS;
pub use tables::TABLES;
pub use verification::{AuditReport, AuditTrust, VerifyError, verify_audit_export};

use app::App;
use identity::Identity;
use module::{ArchiveOffer, Contract, Module};
use std::sync::Arc;
use users_contract::{Users, UsersServer};

pub fn module(settings: Settings, deps: Deps) -> Module {
    let databases = deps.platform.databases.clone();
    let archive = ArchiveOffer::with_files(databases.clone(), tables::TABLES, deps.platform.blobs.clone());
    let app = App::new(settings, deps);
    let users: Arc<dyn Users> = Arc::new(contract::Local::new(app.clone()));
    let mut module = Module::new("users", databases, http::api(app.clone()), PERMISSIONS);
    module.platform_api = Some(http::platform::api(app.clone()));
    module.pages = Some(http::pages(app.clone()));
    module.handlers = subscribers::all(&app);
    module.handlers.extend(jobs::handlers(&app));
    module.schedules = jobs::schedules();
    module.sealed = sealed::all(&app);
    module.contract = Some(Contract::new(users.clone(), Arc::new(UsersServer::new(users))));
    module.switches = switches::SWITCHES;
    module.operators = Some(Arc::new(operators::Local::new(app.clone())));
    module.signing_keys = Some(Arc::new(signing::Local::new(app.clone())));
    module.archive = Some(archive);
    module.imports = import_target::offers(&app);
    module.identity = Some(Arc::new(Identity::new(app)));
    module
}
