//! The list of modules: the one place that names every domain and says what each is handed.

use super::StartError;
use super::platform::Foundation;
use super::remote::HttpTransport;
use crate::config::{Config, SignUp};
use billing_contract::{Billing, RemoteBilling};
use data::Subscription;
use data::tables::Table;
use inventory_contract::{Inventory, RemoteInventory};
use kernel::contract::Transport;
use module::{Archives, Module};
use std::sync::Arc;
use users_contract::{RemoteUsers, Users};

/// All modules, in the order in which their contracts are called. Each is handed the contracts of the committed list
/// of calls and nothing else.
pub fn modules(config: &Config, foundation: &Foundation) -> Result<Vec<Module>, StartError> {
    let settings = &config.domains;
    let archives = Archives::default();
    let users = users::module(
        users::Settings {
            sign_up: match settings.users.sign_up {
                SignUp::Open => users::SignUpPolicy::Open,
                SignUp::Invitation => users::SignUpPolicy::Invitation,
                SignUp::Closed => users::SignUpPolicy::Closed,
            },
            access_token_minutes: settings.users.access_token_minutes,
            refresh_token_days: settings.users.refresh_token_days,
            signing_key_days: settings.users.signing_key_days,
            closed_tenant_days: settings.users.closed_tenant_days,
            verification_hours: settings.users.verification_hours,
            invitation_hours: settings.users.invitation_hours,
            invitation_mails_per_day: settings.users.invitation_mails_per_day,
            max_open_invitations: settings.users.max_open_invitations,
            password_reset_minutes: settings.users.password_reset_minutes,
            email_change_hours: settings.users.email_change_hours,
            fresh_minutes: settings.users.fresh_minutes,
            breached_passwords_url: settings.users.breached_passwords_url.clone(),
            domain_proofs_url: settings.users.domain_proofs_url.clone(),
        },
        users::Deps { platform: foundation.platform("users")?, archives: archives.clone() },
    );
    let call_users: Arc<dyn Users> = match &settings.users.remote_url {
        Some(url) => Arc::new(RemoteUsers::new(transport(url, foundation)?)),
        None => contract(&users)?,
    };

    let billing =
        billing::module(billing::Settings {}, billing::Deps { platform: foundation.platform("billing")? });
    let call_billing: Arc<dyn Billing> = match &settings.billing.remote_url {
        Some(url) => Arc::new(RemoteBilling::new(transport(url, foundation)?)),
        None => contract(&billing)?,
    };

    let inventory = inventory::module(
        inventory::Settings {},
        inventory::Deps { platform: foundation.platform("inventory")? },
    );
    let call_inventory: Arc<dyn Inventory> = match &settings.inventory.remote_url {
        Some(url) => Arc::new(RemoteInventory::new(transport(url, foundation)?)),
        None => contract(&inventory)?,
    };

    let workflow = workflow::module(
        workflow::Settings {},
        workflow::Deps {
            platform: foundation.platform("workflow")?,
            users: call_users.clone(),
            billing: call_billing,
            inventory: call_inventory,
        },
    );
    let notifications = notifications::module(
        notifications::Settings {
            smtp_url: config.mail.smtp_url.as_ref().map(|url| url.expose().to_owned()),
            folder: config.mail_folder(),
            from: config.mail.from.clone(),
        },
        notifications::Deps { platform: foundation.platform("notifications")?, users: call_users },
    );

    let mut working = vec![users, billing, inventory, workflow, notifications];
    let offered_reports = working.iter_mut().flat_map(|module| std::mem::take(&mut module.reports)).collect();
    let offered_imports = working.iter_mut().flat_map(|module| std::mem::take(&mut module.imports)).collect();
    working.push(reports::module(
        reports::Settings {},
        reports::Deps { platform: foundation.platform("reports")?, offers: offered_reports },
    ));
    working.push(imports::module(
        imports::Settings { upload_limit_bytes: config.http.upload_limit_bytes },
        imports::Deps { platform: foundation.platform("imports")?, offers: offered_imports },
    ));

    archives.fill(working.iter().filter_map(|module| module.archive.clone()).collect());
    let permissions = working.iter().flat_map(|module| module.permissions).copied().collect();
    foundation.permissions.fill(permissions);
    foundation.switches.fill(working.iter().flat_map(|module| module.switches).copied().collect());
    foundation.subscriptions.fill(subscriptions(&working));
    Ok(working)
}

fn subscriptions(modules: &[Module]) -> Vec<Subscription> {
    modules.iter().flat_map(|module| &module.handlers).filter_map(jobs::Handler::subscription).collect()
}

/// What each domain says of its tables, for the register of personal data.
pub const TABLES: [(&str, &[Table]); 7] = [
    ("users", users::TABLES),
    ("billing", billing::TABLES),
    ("inventory", inventory::TABLES),
    ("workflow", workflow::TABLES),
    ("notifications", notifications::TABLES),
    ("reports", reports::TABLES),
    ("imports", imports::TABLES),
];

fn transport(url: &str, foundation: &Foundation) -> Result<Arc<dyn Transport>, StartError> {
    let made = HttpTransport::new(url, foundation.secrets.clone(), foundation.clock.clone());
    let failed = |error| StartError::new(format!("{url} cannot be called"), "see the cause").because(error);
    Ok(Arc::new(made.map_err(failed)?))
}

fn contract<T: ?Sized + Send + Sync + 'static>(module: &Module) -> Result<Arc<T>, StartError> {
    module.contract.as_ref().and_then(|contract| contract.object::<T>()).ok_or_else(|| {
        StartError::new(
            format!("{} publishes no {}", module.name, std::any::type_name::<T>()),
            "set Module.contract in its lib.rs",
        )
    })
}
