//! What the operators of the installation do, and what it does by itself.

pub mod audit_look;
pub mod change_platform_settings;
pub mod clean_up;
pub mod create_operator;
pub mod limit_tenant;
pub mod list_operators;
pub mod platform_tenant;
pub mod reseal_secrets;
pub mod revoke_operator;
pub mod set_switch;
pub mod set_tenant_switch;
pub mod show_operators_log;
pub mod show_platform_settings;
pub mod show_platform_tenants;
pub mod show_switches;
pub mod suspend_tenant;
pub mod switches;
