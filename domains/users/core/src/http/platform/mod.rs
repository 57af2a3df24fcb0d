//! What the operators of the installation do over HTTP: operations under `/api/v1/platform`. Their tenant is none, and
//! nothing here shows what is in one. Where a tenant lets them, they get a session there, which goes no further than its
//! grant.

mod audit;
mod closures;
mod settings;
mod support;
mod switches;
mod tenants;
mod user_erasures;

use crate::app::App;
use crate::error::{AuditError, Error};
use crate::permissions;
use kernel::problem::Problems;
use web::{Api, operation};

pub fn api(app: App) -> Api {
    Api::new("users", app.databases.clone(), &[Error::KINDS, AuditError::KINDS])
        .for_operators()
        .state(app)
        .tag("Operators: tenants", "All tenants of the installation, and how far each may go")
        .operation(operation!(tenants::list_tenants).permission(&permissions::TENANTS_READ))
        .operation(operation!(tenants::get_tenant).permission(&permissions::TENANTS_READ))
        .operation(operation!(tenants::patch_tenant).permission(&permissions::TENANTS_WRITE))
        .operation(operation!(tenants::suspend_tenant).permission(&permissions::TENANTS_WRITE))
        .operation(operation!(tenants::resume_tenant).permission(&permissions::TENANTS_WRITE))
        .operation(operation!(closures::reopen_tenant).permission(&permissions::TENANTS_WRITE))
        .operation(operation!(closures::get_closure).permission(&permissions::TENANTS_READ))
        .tag("Operators: settings", "What is decided for all tenants")
        .operation(operation!(settings::get_settings).permission(&permissions::SETTINGS_READ))
        .operation(operation!(settings::patch_settings).permission(&permissions::SETTINGS_WRITE))
        .tag("Operators: switches", "Features that are on for some tenants, or for a share of them")
        .operation(operation!(switches::show_switches).permission(&permissions::SETTINGS_READ))
        .operation(operation!(switches::get_switch).permission(&permissions::SETTINGS_READ))
        .operation(operation!(switches::put_switch).permission(&permissions::SETTINGS_WRITE))
        .operation(operation!(switches::show_tenant_switches).permission(&permissions::TENANTS_READ))
        .operation(operation!(switches::get_tenant_switch).permission(&permissions::TENANTS_READ))
        .operation(operation!(switches::put_tenant_switch).permission(&permissions::TENANTS_WRITE))
        .tag("Operators: support access", "Looking at a tenant that lets operators in")
        .operation(operation!(support::list_support_grants).permission(&permissions::SUPPORT_USE))
        .operation(operation!(support::open_support_session).permission(&permissions::SUPPORT_USE))
        .operation(operation!(support::end_support_session).permission(&permissions::SUPPORT_USE))
        .tag("Operators: audit", "What operators did and looked at")
        .operation(operation!(audit::list_audit_entries).permission(&permissions::PLATFORM_AUDIT_READ))
        .operation(operation!(user_erasures::get_user_erasure).permission(&permissions::PLATFORM_AUDIT_READ))
}
