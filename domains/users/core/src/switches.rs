//! Features of users that are not on for every tenant.

use kernel::Switch;

pub const PASSKEYS: Switch =
    Switch { name: "users.passkeys", summary: "Registering passkeys", share_percent: 100 };

pub const SWITCHES: &[Switch] = &[PASSKEYS];
